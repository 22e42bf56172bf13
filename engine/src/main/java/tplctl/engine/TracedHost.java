package tplctl.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import tplctl.host.CommandResult;
import tplctl.host.Duplex;
import tplctl.host.Host;
import tplctl.host.HostLock;
import tplctl.host.OutputListener;
import tplctl.host.Program;
import tplctl.host.Script;

/** A host of which a listener is told what is asked of it, when it is answered, without the secrets. */
final class TracedHost implements Host {
    private final Host host;
    private final RunListener listener;

    TracedHost(Host host, RunListener listener) {
        this.host = host;
        this.listener = listener;
    }

    @Override
    public String name() {
        return host.name();
    }

    @Override
    public CommandResult query(Script script, Duration limit) {
        return told(script.shown(), () -> host.query(script, limit), r -> "exit " + r.exit());
    }

    @Override
    public CommandResult change(Script script, Duration limit) {
        return told(script.shown(), () -> host.change(script, limit), r -> "exit " + r.exit());
    }

    @Override
    public CommandResult change(Script script, Duration limit, OutputListener output) {
        return told(script.shown(), () -> host.change(script, limit, output), r -> "exit " + r.exit());
    }

    @Override
    public void put(String path, byte[] content, String mode) {
        told(
                "put " + path + " (" + content.length + " bytes, mode " + mode + ")",
                () -> {
                    host.put(path, content, mode);
                    return true;
                },
                r -> "done");
    }

    @Override
    public Program start(Script script, Runnable interrupted) {
        return told("start " + script.shown(), () -> host.start(script, interrupted), r -> "started");
    }

    @Override
    public Optional<byte[]> read(String path) {
        return told(
                "read " + path,
                () -> host.read(path),
                r -> r.map(b -> b.length + " bytes").orElse("absent"));
    }

    @Override
    public String sha256(String path) {
        return told("digest " + path, () -> host.sha256(path), r -> r);
    }

    @Override
    public Duplex openUnix(String socketPath, Duration patience) {
        return told("connect to " + socketPath, () -> host.openUnix(socketPath, patience), r -> "connected");
    }

    @Override
    public Duplex openTcp(String address, int port, Duration limit) {
        return told("connect to " + address + ":" + port, () -> host.openTcp(address, port, limit), r -> "connected");
    }

    @Override
    public boolean passesDescriptors() {
        return host.passesDescriptors();
    }

    @Override
    public Duplex openUnixPassingDescriptors(String socketPath, Duration patience) {
        return told(
                "connect to " + socketPath,
                () -> host.openUnixPassingDescriptors(socketPath, patience),
                r -> "connected");
    }

    @Override
    public HostLock lock(String holder, Duration patience, Consumer<String> waiting) {
        return told("lock the host", () -> host.lock(holder, patience, waiting), r -> "locked");
    }

    @Override
    public void interrupt() {
        host.interrupt();
    }

    @Override
    public void close() {
        host.close();
    }

    private <T> T told(String shown, Supplier<T> work, Function<T, String> result) {
        long began = System.nanoTime();
        try {
            T answer = work.get();
            tell(shown, result.apply(answer), began);
            return answer;
        } catch (RuntimeException e) {
            tell(shown, e.getClass().getSimpleName(), began);
            throw e;
        }
    }

    private void tell(String shown, String result, long began) {
        listener.script(host.name(), shown, result, Duration.ofNanos(System.nanoTime() - began));
    }
}
