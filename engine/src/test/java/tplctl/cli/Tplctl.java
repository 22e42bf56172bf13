package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tplctl.inventory.Inventory;
import tplctl.kind.Kind;

/** The program in this process: its commands on a fake session, with {@link Notes} for its only kind unless others are given. */
final class Tplctl {
    /** How a run ended. */
    record Result(int exit, String out, String err) {
        Result exits(int expected) {
            assertThat(exit).as("exit code; stdout:%n%s%nstderr:%n%s", out, err).isEqualTo(expected);
            return this;
        }
    }

    final FakeSession session = new FakeSession();
    private final Path directory;
    private final Supplier<Map<String, Kind<?, ?>>> kinds;
    private String answers = "";
    private boolean tty;
    private final Map<String, String> env = new HashMap<>(Map.of("NO_COLOR", "1", "TERM", "dumb", "COLUMNS", "100"));
    private Optional<Session.Options> options = Optional.empty();
    private Optional<Session.Factory> sessions = Optional.empty();

    Tplctl(Path directory) {
        this(directory, () -> Map.of("notes", new Notes()));
    }

    Tplctl(Path directory, Supplier<Map<String, Kind<?, ?>>> kinds) {
        this.directory = directory;
        this.kinds = kinds;
    }

    /** Somebody is at the terminal and will type this. */
    Tplctl typing(String text) {
        answers = text;
        tty = true;
        return this;
    }

    /** Runs on sessions of another sort. */
    Tplctl on(Session.Factory factory) {
        sessions = Optional.of(factory);
        return this;
    }

    /** Sets an environment variable. */
    void env(String name, String value) {
        env.put(name, value);
    }

    /** What the last session was opened with. */
    Session.Options options() {
        return options.orElseThrow();
    }

    private Session open(Inventory inventory, Session.Options given) {
        options = Optional.of(given);
        return session.opened(given);
    }

    String write(String name, String text) {
        try {
            return Files.writeString(directory.resolve(name), text).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command; the test's directory does not appear in what it says. */
    Result run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(
                new Keyboard(new ByteArrayInputStream(answers.getBytes(StandardCharsets.UTF_8))),
                new ResultStream(out),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                env,
                tty,
                false,
                tty);
        int exit = new Main(terminal, kinds, sessions.orElse(this::open)).run(args);
        terminal.out().flush();
        return new Result(exit, text(out), text(err));
    }

    private String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8).replace(directory + "/", "");
    }
}
