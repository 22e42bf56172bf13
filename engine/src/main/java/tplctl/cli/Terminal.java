package tplctl.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tplctl.report.Style;

/**
 * The program's three streams and what they can show. Text is UTF-8 whatever the locale: the user's texts came as UTF-8, too.
 *
 * @param env the environment variables
 * @param inTty whether stdin is a terminal; {@code outTty} and {@code errTty} likewise
 */
record Terminal(
        Keyboard in,
        ResultStream out,
        PrintStream err,
        Map<String, String> env,
        boolean inTty,
        boolean outTty,
        boolean errTty) {
    private static final int DEFAULT_WIDTH = 100;
    private static final int DEFAULT_HEIGHT = 24;

    /** The process's own. */
    static Terminal system() {
        return new Terminal(
                new Keyboard(System.in),
                new ResultStream(new FileOutputStream(FileDescriptor.out)),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                System.getenv(),
                isTerminal(0),
                isTerminal(1),
                isTerminal(2));
    }

    /** The secrets that neither stream prints; whoever learns of one adds it. */
    Redactor secrets() {
        return out.secrets();
    }

    /** The same, and on stderr nothing is printed either that {@link #secrets} has. */
    Terminal discreet() {
        return new Terminal(in, out, new TalkStream(err, true, out.secrets()), env, inTty, outTty, errTty);
    }

    Style outStyle(boolean noColor) {
        return style(noColor, outTty);
    }

    Style errStyle(boolean noColor) {
        return style(noColor, errTty);
    }

    /** Whether lines on stderr may be painted over. */
    boolean repaints() {
        return errTty && !isSet("CI") && !isDumb();
    }

    /** Whether somebody is there to answer a question. */
    boolean answers() {
        return inTty && errTty;
    }

    /** What is typed is not shown until it is closed, or the process ends. */
    Silence silence() {
        return new Silence();
    }

    static final class Silence implements AutoCloseable {
        private final Thread restoring = new Thread(() -> stty("echo"));

        private Silence() {
            Runtime.getRuntime().addShutdownHook(restoring);
            stty("-echo");
        }

        @Override
        public void close() {
            try {
                if (Runtime.getRuntime().removeShutdownHook(restoring)) {
                    stty("echo");
                }
            } catch (IllegalStateException e) {
                // The process ends: the hook restores it.
            }
        }

        private static void stty(String word) {
            try {
                new ProcessBuilder("stty", word)
                        .redirectInput(Path.of("/dev/tty").toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor(1, TimeUnit.SECONDS);
            } catch (IOException e) {
                // No stty: the password is seen while it is typed.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Style style(boolean noColor, boolean tty) {
        boolean forced = (isSet("FORCE_COLOR") && !"0".equals(env.get("FORCE_COLOR")))
                || (isSet("CLICOLOR_FORCE") && !"0".equals(env.get("CLICOLOR_FORCE")));
        boolean color = !noColor && !isSet("NO_COLOR") && (forced || (tty && !isDumb()));
        return new Style(color, tty ? width() : DEFAULT_WIDTH, !isUtf8());
    }

    /** The terminal's width in cells. */
    int width() {
        int columns = positive(env.getOrDefault("COLUMNS", ""));
        return columns > 0 ? columns : asked(1, DEFAULT_WIDTH);
    }

    /** The terminal's height in lines. */
    int height() {
        int lines = positive(env.getOrDefault("LINES", ""));
        return lines > 0 ? lines : asked(0, DEFAULT_HEIGHT);
    }

    private int asked(int number, int otherwise) {
        String[] size = inTty || outTty || errTty ? askedSize().strip().split(" ") : new String[0];
        int asked = number < size.length ? positive(size[number]) : 0;
        return asked > 0 ? asked : otherwise;
    }

    private boolean isSet(String variable) {
        return !env.getOrDefault(variable, "").isEmpty();
    }

    boolean isDumb() {
        return "dumb".equals(env.get("TERM"));
    }

    private boolean isUtf8() {
        for (String variable : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
            String value = env.getOrDefault(variable, "").toLowerCase(Locale.ROOT);
            if (!value.isEmpty()) {
                return value.contains("utf-8") || value.contains("utf8");
            }
        }
        // Nothing said, as in a container or a service: what reads it there reads UTF-8.
        return true;
    }

    // Java cannot ask a terminal for its size, and bash exports neither COLUMNS nor LINES. stty prints rows and
    // columns.
    private static String askedSize() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(Path.of("/dev/tty").toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String size = new String(stty.getInputStream().readNBytes(64), StandardCharsets.US_ASCII);
            if (!stty.waitFor(1, TimeUnit.SECONDS)) {
                stty.destroyForcibly();
            }
            return size;
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static int positive(String text) {
        try {
            return Math.max(0, Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    // System.console answers for stdin and stdout together only. Linux tells each descriptor's file; elsewhere test(1)
    // asks.
    private static boolean isTerminal(int descriptor) {
        return target(Path.of("/proc/self/fd/" + descriptor))
                .map(t -> t.startsWith("/dev/pts/") || t.startsWith("/dev/tty") || t.equals("/dev/console"))
                .orElseGet(() -> asked(descriptor));
    }

    private static boolean asked(int descriptor) {
        try {
            return new ProcessBuilder("test", "-t", Integer.toString(descriptor))
                            .inheritIO()
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Optional<String> target(Path link) {
        try {
            return Optional.of(Files.readSymbolicLink(link).toString());
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }
}
