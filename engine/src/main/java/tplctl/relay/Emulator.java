package tplctl.relay;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a migration asks of an emulator by QMP (QEMU, qapi/migration.json and run-state.json). Used by one thread. */
final class Emulator implements Closeable {
    static final Duration LIMIT = Duration.ofSeconds(10);

    /** Those that change nothing in the stream or in who owns the memory; for any other that is on the move is refused. */
    private static final Set<String> HARMLESS = Set.of(
            "events",
            "return-path",
            "pause-before-switchover",
            "late-block-activate",
            "validate-uuid",
            "auto-converge");

    private final QmpLink qmp;

    private Emulator(QmpLink qmp) {
        this.qmp = qmp;
    }

    /**
     * How far a migration is (query-migrate).
     *
     * @param status the empty text when there was none
     * @param error the emulator's own words
     * @param remaining bytes of RAM that are left in this round
     */
    record Migration(String status, Optional<String> error, long transferred, long remaining, long total) {
        boolean ended() {
            return List.of("", "none", "completed", "failed", "cancelled").contains(status);
        }
    }

    static Emulator open(Path socket) throws RelayException {
        try {
            return new Emulator(QmpLink.open(socket, LIMIT));
        } catch (IOException e) {
            throw RelayException.of("connect to the emulator's QMP socket " + socket, e);
        }
    }

    QmpLink qmp() {
        return qmp;
    }

    Json execute(String command, Map<String, Json> arguments) throws IOException {
        return qmp.execute(command, Json.object(arguments), LIMIT);
    }

    Json execute(String command) throws IOException {
        return execute(command, Map.of());
    }

    /** RunState of query-status: {@code running}, {@code inmigrate}, {@code postmigrate}, … */
    String runState() throws IOException {
        return execute("query-status").text("status").orElse("?");
    }

    Migration migration() throws IOException {
        Json said = execute("query-migrate");
        return new Migration(
                said.text("status").orElse(""),
                said.text("error-desc"),
                said.integer("ram", "transferred").orElse(0L),
                said.integer("ram", "remaining").orElse(0L),
                said.integer("ram", "total").orElse(0L));
    }

    /** @param also allowed besides the harmless */
    void requireCapabilities(Set<String> on, Set<String> also) throws IOException {
        for (Json each : execute("query-migrate-capabilities").items()) {
            String name = each.text("capability").orElse("?");
            boolean set = each.isTrue("state");
            if (on.contains(name) && !set) {
                throw unsuitable(name + " is off; it has to be on");
            }
            if (set && !HARMLESS.contains(name) && !also.contains(name)) {
                throw unsuitable(name + " is on; it has to be off");
            }
        }
    }

    private static RelayException unsuitable(String what) {
        return new RelayException(RelayException.Code.USAGE, "the emulator's migration capability " + what);
    }

    /** Ends the emulator and waits until it is gone; whether it is. */
    boolean quit() {
        try {
            execute("quit");
            qmp.awaitEvent(event -> false, LIMIT);
            return false;
        } catch (RelayException e) {
            return e.code() != RelayException.Code.TIMEOUT;
        } catch (IOException e) {
            return !(e instanceof QmpLink.RefusedException);
        }
    }

    @Override
    public void close() throws IOException {
        qmp.close();
    }
}
