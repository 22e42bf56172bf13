package tplctl.host;

import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The relay as the bridge of one host, brought there when it is first needed. Any number of threads may call it. */
public final class RelayBridge implements Bridge {
    private final Supplier<RelayRuntime> relay;
    private Optional<String> words = Optional.empty();

    /** @param relay asked only when the bridge is needed */
    public RelayBridge(Supplier<RelayRuntime> relay) {
        this.relay = relay;
    }

    @Override
    public synchronized String command(Host host, String socketPath) {
        String start = words.orElseGet(
                () -> relay.get().provide(host).stream().map(ShellQuote::quote).collect(Collectors.joining(" ")));
        words = Optional.of(start);
        return start + " bridge " + ShellQuote.quote(socketPath);
    }
}
