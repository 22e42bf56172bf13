package tplctl.qemu;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import tplctl.host.Host;
import tplctl.host.RelayRuntime;

/** Starts relays. Any number of threads may call it. */
final class Relays {
    private final Function<Host, List<String>> provider;
    private final Map<String, List<String>> words = new ConcurrentHashMap<>();

    /** @param provider brings the relay to a host and returns the words that start it */
    Relays(Function<Host, List<String>> provider) {
        this.provider = provider;
    }

    /** Those of this program, with what is sent to hosts kept in the user's cache. */
    static Relays ofThisProgram(Consumer<String> waiting) {
        Path cache = Path.of(System.getProperty("user.home", "/"), ".cache", "tplctl");
        RelayRuntime runtime = new RelayRuntime(cache, waiting);
        return new Relays(runtime::provide);
    }

    RelayClient start(Host host) {
        return RelayClient.start(host, words.computeIfAbsent(host.name(), name -> provider.apply(host)));
    }
}
