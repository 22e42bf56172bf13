package tplctl.engine;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.host.CommandResult;
import tplctl.host.FakeHost;
import tplctl.host.HostUnreachableException;

/** Hosts that can be told to make {@link tplctl.model.Thing}s, and then have them. */
public final class ThingHosts {
    private static final Pattern FRAME =
            Pattern.compile("tplctl_mark 'begin (\\d+)'\\n\\(\\n(.*?)\\n\\)\\n", Pattern.DOTALL);
    private static final Pattern NONCE = Pattern.compile("tplctl-[0-9a-f]+");

    /** What was made: {@code HOST:NAME}. */
    public final Set<String> made = new ConcurrentSkipListSet<>();

    private final Map<String, FakeHost> hosts = new ConcurrentHashMap<>();
    private final Map<String, String> unreachable = new ConcurrentHashMap<>();
    private final BiFunction<String, String, Optional<CommandResult>> otherwise;

    /** @param otherwise the answers that differ from a host's that works: by its name and a fragment of a script */
    public ThingHosts(BiFunction<String, String, Optional<CommandResult>> otherwise) {
        this.otherwise = otherwise;
    }

    public FakeHost host(String name) {
        return hosts.computeIfAbsent(name, n -> new FakeHost(n).onAny(script -> answer(n, script)));
    }

    /** From now on nobody can connect to that host. */
    public void away(String name, String why) {
        unreachable.put(name, why);
    }

    public Connections.Link connect(String name) {
        if (unreachable.containsKey(name)) {
            throw new HostUnreachableException(name, unreachable.getOrDefault(name, ""), new IOException("away"));
        }
        return Connections.Link.of(host(name));
    }

    private CommandResult answer(String host, String script) {
        if (!script.startsWith("tplctl_mark()")) {
            return one(host, script);
        }
        Matcher nonce = NONCE.matcher(script);
        if (!nonce.find()) {
            throw new AssertionError("no nonce in " + script);
        }
        StringBuilder out = new StringBuilder();
        Matcher frames = FRAME.matcher(script);
        while (frames.find()) {
            CommandResult result = one(host, frames.group(2));
            out.append("\n%s begin %s\n".formatted(nonce.group(), frames.group(1)))
                    .append(result.stdout())
                    .append("\n%s end %s %d\n".formatted(nonce.group(), frames.group(1), result.exit()));
        }
        return new CommandResult(0, out.toString(), "");
    }

    private CommandResult one(String host, String fragment) {
        return otherwise.apply(host, fragment).orElseGet(() -> {
            if (fragment.startsWith("create ")) {
                made.add(host + ":" + fragment.substring("create ".length()));
            }
            if (fragment.startsWith("look ")) {
                boolean there = made.contains(host + ":" + fragment.substring("look ".length()));
                return new CommandResult(0, there ? "ok" : "create", "");
            }
            return new CommandResult(0, fragment.contains("MemTotal") ? "cpus 4\n" : "", "");
        });
    }
}
