package tplctl.machine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.kind.Durations;
import tplctl.kind.Field;
import tplctl.kind.Schema;
import tplctl.kind.Types;

/**
 * When a machine counts as up.
 *
 * @param serial a text that its serial console has printed
 * @param agent whether its guest agent answers
 * @param timeout for all of it. With neither a text nor the agent it is up when QMP says that it runs
 */
public record Ready(Optional<String> serial, boolean agent, Duration timeout) {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(3);

    /** Up as soon as the emulator says so. */
    public static final Ready RUNNING = new Ready(Optional.empty(), false, Duration.ofMinutes(1));

    /** Up as soon as the emulator says so, where the guest has something to do before and may take its time. */
    public static final Ready RUNNING_GUEST = new Ready(Optional.empty(), false, DEFAULT_TIMEOUT);

    private static final Field<Optional<String>> SERIAL =
            Field.optional("serial", Types.WORD, "a text that the serial console prints when the guest is ready");
    private static final Field<Boolean> AGENT = Field.withDefault(
            "agent",
            Types.BOOL,
            false,
            "whether qemu-guest-agent in the guest has to answer; its machine needs \"agent: true\"");
    private static final Field<Optional<Duration>> TIMEOUT =
            Field.optional("timeout", Types.DURATION, "how long to wait for it; 3m when left out");

    public static final Schema<Ready> SCHEMA = new Schema<>(
            "a readiness probe",
            List.of(SERIAL, AGENT, TIMEOUT),
            (v, to) -> new Ready(v.get(SERIAL), v.get(AGENT), v.get(TIMEOUT).orElse(DEFAULT_TIMEOUT)));

    @Override
    public String toString() {
        List<String> probes = new ArrayList<>();
        serial.ifPresent(text -> probes.add("serial \"" + text + "\""));
        if (agent) {
            probes.add("guest agent");
        }
        return (probes.isEmpty() ? "running" : String.join(" and ", probes)) + " within " + Durations.shown(timeout);
    }
}
