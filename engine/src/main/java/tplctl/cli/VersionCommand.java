package tplctl.cli;

import java.util.List;

/** {@code version}. */
final class VersionCommand implements Command {
    @Override
    public Form form() {
        return new Form("Prints the version.", "", "tplctl version", List.of());
    }

    @Override
    public int run(Invocation invocation) {
        invocation.print(Main.version() + "\n");
        return ExitCode.DONE;
    }
}
