package tplctl.cli;

import java.util.Map;
import tplctl.diag.Sources;
import tplctl.kind.Kind;
import tplctl.report.Style;

/**
 * One run of one command.
 *
 * @param line the command and its parameters, for whoever finds a host locked
 * @param sources the texts that were read so far, for messages about them
 */
record Invocation(
        Arguments args,
        Terminal terminal,
        Map<String, Kind<?, ?>> kinds,
        Session.Factory sessions,
        String line,
        Sources sources) {
    /** The style of stdout. */
    Style style() {
        return terminal.outStyle(args.has(Flag.NO_COLOR));
    }

    /** The style of stderr. */
    Style talkStyle() {
        return terminal.errStyle(args.has(Flag.NO_COLOR));
    }

    void print(String text) {
        terminal.out().print(text);
    }

    /** Says something to the user that is no result. */
    void say(String line) {
        terminal.err().println(line);
    }
}
