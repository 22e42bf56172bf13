package tplctl.kind;

import java.util.List;

/** What an {@link Step.Emulator} does; the machine package has the closed set of them, the executor takes no other. */
public interface EmulatorTask {
    List<String> shown();

    /** What it does in a few words, for progress and errors. */
    String doing();
}
