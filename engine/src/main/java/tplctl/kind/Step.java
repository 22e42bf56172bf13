package tplctl.kind;

import java.time.Duration;
import java.util.List;

/** Something that is done to a host, as data. The set is closed: a kind that needs another sort is a change to the engine. */
public sealed interface Step permits Step.Run, Step.WriteFile, Step.Emulator {
    Duration DEFAULT_LIMIT = Duration.ofMinutes(5);

    /** The command lines that it amounts to, for people; secrets are masked. */
    List<String> shown();

    /**
     * Runs a script under {@code sh}; exit status 0 is success. {@code doing} says what it does in a few words.
     *
     * @param told whether what it writes to stdout is for people, who see it as it comes
     */
    record Run(Sh script, String doing, Duration limit, boolean told) implements Step {
        public Run(Sh script, String doing) {
            this(script, doing, DEFAULT_LIMIT);
        }

        public Run(Sh script, String doing, Duration limit) {
            this(script, doing, limit, false);
        }

        @Override
        public List<String> shown() {
            return List.of(script.shown());
        }
    }

    /** Writes a file under a temporary name beside its place and renames it. {@code owner} is {@code user:group} or empty. */
    record WriteFile(String path, Content content, String mode, String owner) implements Step {
        @Override
        public List<String> shown() {
            return List.of("write " + Sh.quoted(path) + " (" + content.size() + " bytes, mode " + mode + ")");
        }
    }

    /** A conversation with an emulator, of the sort that {@code task} says. */
    record Emulator(EmulatorTask task) implements Step {
        @Override
        public List<String> shown() {
            return task.shown();
        }
    }
}
