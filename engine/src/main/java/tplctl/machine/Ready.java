package tplctl.machine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tplctl.kind.Durations;
import tplctl.kind.Field;
import tplctl.kind.Schema;
import tplctl.kind.Types;

/**
 * When a machine counts as up.
 *
 * @param serial a text that its serial console has printed; empty: QMP says that it runs
 */
public record Ready(Optional<String> serial, Duration timeout) {
    /** Up as soon as the emulator says so. */
    public static final Ready RUNNING = new Ready(Optional.empty(), Duration.ofMinutes(1));

    private static final Field<Optional<String>> SERIAL =
            Field.optional("serial", Types.WORD, "a text that the serial console prints when the guest is ready");
    private static final Field<Optional<Duration>> TIMEOUT =
            Field.optional("timeout", Types.DURATION, "how long to wait for it; 3m when left out");

    public static final Schema<Ready> SCHEMA = new Schema<>(
            "a readiness probe",
            List.of(SERIAL, TIMEOUT),
            (v, to) -> new Ready(v.get(SERIAL), v.get(TIMEOUT).orElse(Duration.ofMinutes(3))));

    @Override
    public String toString() {
        return serial.map(text -> "serial \"" + text + "\"").orElse("running") + " within " + Durations.shown(timeout);
    }
}
