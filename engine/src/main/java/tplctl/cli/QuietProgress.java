package tplctl.cli;

import java.io.PrintStream;

/** Says only what belongs to no resource. */
final class QuietProgress extends Progress {
    private final PrintStream err;

    QuietProgress(PrintStream err) {
        this.err = err;
    }

    @Override
    long period() {
        return 0;
    }

    @Override
    void tick() {}

    @Override
    public void note(String line) {
        err.println(line);
    }
}
