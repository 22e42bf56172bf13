package tplctl.cli;

import com.google.gson.JsonObject;
import java.util.Map;
import tplctl.diag.Sources;
import tplctl.kind.Kind;
import tplctl.report.Json;
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

    /** Prints a document. */
    void print(JsonObject document) {
        terminal.out().printMasked(Json.document(terminal.secrets().json(document)));
    }

    /** Prints a document as one line, which says what it is. */
    void printLine(String event, JsonObject document) {
        terminal.out()
                .printMasked(EventProgress.line(
                        event, terminal.secrets().json(document).getAsJsonObject()));
    }

    /** Says something to the user that is no result. */
    void say(String line) {
        terminal.err().println(line);
    }
}
