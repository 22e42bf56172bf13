package tplctl.qemu;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tplctl.host.CommandResult;
import tplctl.host.Duplex;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.host.HostTimeoutException;
import tplctl.host.NobodyListensException;
import tplctl.host.Script;
import tplctl.kind.Durations;
import tplctl.kind.Sh;
import tplctl.machine.ConsoleText;
import tplctl.machine.Flavour;
import tplctl.machine.HostScripts;
import tplctl.machine.Layout;
import tplctl.machine.Ready;

/** One emulator on a host: its process by its pid file, its words by its logs, its QMP by its socket. */
final class Emulator {
    static final Duration SHORT = Duration.ofSeconds(30);
    private static final Duration GREETING = Duration.ofSeconds(60);
    private static final Duration LEAST = Duration.ofSeconds(5);
    private static final Duration SLICE = Duration.ofMillis(300);
    private static final int LAST_LINES = 8;
    private static final int ENDED = 3;
    private static final int TIMED_OUT = 4;

    private final Host host;
    private final Layout.Dirs dirs;
    private final String doing;

    Emulator(Host host, Layout.Dirs dirs, String doing) {
        this.host = host;
        this.dirs = dirs;
        this.doing = doing;
    }

    /** Runs the script that prepares and starts it; {@code environment} is added to what it and its children find in theirs. */
    void launch(Sh prepare, List<String> argv, Optional<String> state, Map<String, String> environment) {
        Sh start = HostScripts.start(dirs, argv, state, environment);
        Script script = new Script(
                Sh.lines(List.of(prepare, start)).script(), prepare.shown() + "\n" + HostScripts.shown(argv, state));
        check(script, host.change(script, Duration.ofMinutes(2)));
    }

    /** Connects to its QMP as soon as it listens. An emulator that ends before is told with what it said. */
    QmpClient connect(boolean passingDescriptors) {
        long deadline = System.nanoTime() + GREETING.toNanos();
        while (true) {
            try {
                Duplex duplex = passingDescriptors
                        ? host.openUnixPassingDescriptors(dirs.qmp(), SLICE)
                        : host.openUnix(dirs.qmp(), SLICE);
                return QmpClient.connect(duplex, host.name(), GREETING);
            } catch (NobodyListensException e) {
                if (!isAlive()) {
                    throw failed("the emulator ended at once" + lastWords(), e);
                }
                if (System.nanoTime() > deadline) {
                    throw failed("no QMP greeting within " + Durations.shown(GREETING) + lastWords(), e);
                }
            }
        }
    }

    boolean isAlive() {
        Sh script = Sh.of(HostScripts.ALIVE + "tplctl_alive {}", dirs.pid());
        return host.query(new Script(script.script(), "look whether it runs"), SHORT)
                .ok();
    }

    /** Waits until the process is gone; false when it outlived the limit. */
    boolean awaitEnd(Duration limit) {
        Sh script = Sh.of(HostScripts.ALIVE + HostScripts.CLOCK + """
                        tplctl_clock
                        end=$((clock + {}))
                        while tplctl_alive {}; do
                          tplctl_clock
                          [ "$clock" -lt "$end" ] || exit 4
                          sleep 0.02
                        done
                        """, Math.max(1, limit.toMillis() / 10), dirs.pid());
        Script waiting = new Script(script.script(), "wait until it ends");
        CommandResult result = host.query(waiting, limit.plus(SHORT));
        if (!result.ok() && result.exit() != TIMED_OUT) {
            throw HostException.unexpected(host.name(), waiting, result);
        }
        return result.ok();
    }

    /** Waits until its guest is ready. Without a probe of the guest's own, a running emulator is ready. */
    void awaitReady(Ready ready) {
        long deadline = System.nanoTime() + ready.timeout().toNanos();
        ready.serial().ifPresent(text -> awaitSerial(text, ready.timeout()));
        if (ready.agent()) {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            withAgent(ready.serial().isPresent() ? left.plus(LEAST) : ready.timeout(), agent -> true);
        }
    }

    /**
     * Has a conversation with the guest's agent, as soon as that answers.
     *
     * @param patience how long it may take to
     */
    <T> T withAgent(Duration patience, Function<GuestAgent, T> conversation) {
        try (GuestAgent agent = new GuestAgent(host.openUnix(dirs.agent(), SHORT), host.name())) {
            agent.await(patience);
            return conversation.apply(agent);
        } catch (NobodyListensException e) {
            String problem = isAlive() ? "the emulator has no channel for the guest agent" : "the emulator ended";
            throw failed(problem + lastWords(), e);
        } catch (GuestAgentException e) {
            throw failed("the guest agent: " + e.getMessage() + lastWords(), e);
        }
    }

    private void awaitSerial(String wanted, Duration limit) {
        Sh script = Sh.of(
                HostScripts.ALIVE + HostScripts.CLOCK + """
                        tplctl_clock
                        end=$((clock + {}))
                        until grep -qsF -- {} {}; do
                          tplctl_alive {} || exit 3
                          tplctl_clock
                          [ "$clock" -lt "$end" ] || exit 4
                          sleep 0.05
                        done
                        """,
                Math.max(1, limit.toMillis() / 10),
                wanted,
                dirs.serialLog(),
                dirs.pid());
        String text = "\"" + wanted + "\"";
        Script waiting = new Script(script.script(), "wait until the guest prints " + text);
        CommandResult result;
        try {
            result = host.query(waiting, limit.plus(SHORT));
        } catch (HostTimeoutException e) {
            // On a busy host even the last round can take longer than the limit that the script has above it.
            throw failed(notPrinted(text, limit), e);
        }
        if (result.exit() == ENDED) {
            throw failed("the emulator ended before the guest printed " + text + lastWords());
        }
        if (result.exit() == TIMED_OUT) {
            throw failed(notPrinted(text, limit));
        }
        check(waiting, result);
    }

    private String notPrinted(String text, Duration limit) {
        return "the guest did not print " + text + " within " + Durations.shown(limit) + lastWords();
    }

    /** Turns on what leaves shared RAM out of a state, and events. */
    static List<QmpCommand> capabilities(QmpClient qmp, Flavour flavour) {
        Set<String> known = new HashSet<>();
        JsonElement list = qmp.execute("query-migrate-capabilities", new JsonObject(), SHORT);
        list.getAsJsonArray()
                .forEach(c -> known.add(c.getAsJsonObject().get("capability").getAsString()));
        // Older forks have bypass-shared-memory alone.
        String own = flavour.capability();
        String shared = known.contains(own) ? own : Flavour.OSNET.capability();
        JsonArray wanted = new JsonArray();
        for (String name : List.of(shared, "events")) {
            JsonObject capability = new JsonObject();
            capability.addProperty("capability", name);
            capability.addProperty("state", true);
            wanted.add(capability);
        }
        JsonObject arguments = new JsonObject();
        arguments.add("capabilities", wanted);
        return List.of(new QmpCommand("migrate-set-capabilities", arguments));
    }

    /** Ends it without asking and removes its sockets; its logs stay. */
    void kill() {
        Script script = new Script(HostScripts.kill(dirs).script(), "end what " + dirs.pid() + " tells of");
        check(script, host.change(script, SHORT));
    }

    /** Ends it because of {@code cause}, which is what the user must learn, whatever becomes of the cleaning up. */
    <E extends RuntimeException> E killedAfter(E cause) {
        return cleanedUp(cause, this::kill);
    }

    static <E extends RuntimeException> E cleanedUp(E cause, Runnable cleaning) {
        try {
            cleaning.run();
        } catch (HostException e) {
            cause.addSuppressed(e);
        }
        return cause;
    }

    void shell(Sh sh, Duration limit) {
        Script script = new Script(sh.script(), sh.shown());
        check(script, host.change(script, limit));
    }

    List<String> lines(Sh sh) {
        Script script = new Script(sh.script(), sh.shown());
        CommandResult result = host.query(script, SHORT);
        check(script, result);
        return result.stdout().lines().toList();
    }

    EmulatorException failed(String problem) {
        return new EmulatorException(host.name(), doing, problem);
    }

    EmulatorException failed(String problem, Throwable cause) {
        return new EmulatorException(host.name(), doing, problem, cause);
    }

    /** The last lines of what the emulator and the guest's console said, to be put behind a message; empty when they said nothing. */
    String lastWords() {
        return tail("the emulator said", dirs.log()) + tail("the serial console's last lines", dirs.serialLog());
    }

    private String tail(String title, String path) {
        Optional<byte[]> content;
        try {
            content = host.read(path);
        } catch (HostException e) {
            return "";
        }
        String text = ConsoleText.plain(new String(content.orElse(new byte[0]), StandardCharsets.UTF_8));
        List<String> lines =
                new ArrayList<>(text.lines().filter(l -> !l.isBlank()).toList());
        if (lines.isEmpty()) {
            return "";
        }
        List<String> last = lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
        return "\n" + title + " (" + path + "):\n  " + String.join("\n  ", last);
    }

    private void check(Script script, CommandResult result) {
        if (!result.ok()) {
            throw HostException.unexpected(host.name(), script, result);
        }
    }
}
