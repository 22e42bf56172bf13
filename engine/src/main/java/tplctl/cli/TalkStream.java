package tplctl.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** A print stream, in UTF-8, that prints no secret. Each text that is printed is looked at by itself. */
class TalkStream extends PrintStream {
    private final Redactor secrets;

    TalkStream(OutputStream to, boolean flushes, Redactor secrets) {
        super(to, flushes, StandardCharsets.UTF_8);
        this.secrets = secrets;
    }

    /** What this stream does not print; whoever learns of a secret adds it. */
    final Redactor secrets() {
        return secrets;
    }

    // Whatever a PrintStream prints but single characters and bytes comes by here.
    @Override
    public final void print(String text) {
        super.print(secrets.text(String.valueOf(text)));
    }

    /** Prints what was looked at before. */
    final void printMasked(String text) {
        super.print(text);
    }
}
