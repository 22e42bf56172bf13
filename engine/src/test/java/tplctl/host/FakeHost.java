package tplctl.host;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A host that exists in a test only. Its files are in memory. It is strict: a script that no answer was given for fails the
 * test, at once and again when the host is closed, in case the first failure was swallowed by what is tested.
 */
public final class FakeHost implements Host {
    /** What was asked of it. */
    public record Call(String method, String argument) {}

    private record Answer(String about, Predicate<String> matches, Function<String, CommandResult> result) {}

    private final String name;
    private final List<Answer> answers = new CopyOnWriteArrayList<>();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final List<AssertionError> unscripted = new CopyOnWriteArrayList<>();
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final Map<String, String> modes = new ConcurrentHashMap<>();
    private final Map<String, Supplier<Duplex>> sockets = new ConcurrentHashMap<>();
    private volatile Optional<BiFunction<String, Runnable, Program>> starts = Optional.empty();
    private Consumer<Duration> locking = patience -> {};
    private Optional<String> holder = Optional.empty();
    private Optional<String> lockTrouble = Optional.empty();

    public FakeHost(String name) {
        this.name = name;
    }

    /** Answers this script, character by character. */
    public FakeHost on(String script, CommandResult result) {
        return on(script, script::equals, text -> result);
    }

    /** Answers scripts that match, unless one given earlier does. {@code about} is for the message when nothing matches. */
    public FakeHost on(String about, Predicate<String> matches, Function<String, CommandResult> result) {
        answers.add(new Answer(about, matches, result));
        return this;
    }

    /** Answers every script. */
    public FakeHost onAny(Function<String, CommandResult> result) {
        return on("any script", script -> true, result);
    }

    /** Listens at {@code socketPath}. */
    public FakeHost listen(String socketPath, Supplier<Duplex> accepted) {
        sockets.put(socketPath, accepted);
        return this;
    }

    /** Starts this for every script that is started; it is told what to call when the host is interrupted. */
    public FakeHost onStart(BiFunction<String, Runnable, Program> program) {
        starts = Optional.of(program);
        return this;
    }

    /** Tells, each time that it is to be locked, how long whoever wants that would wait. */
    public synchronized FakeHost whenLocking(Consumer<Duration> told) {
        locking = told;
        return this;
    }

    /** Is locked by somebody else. */
    public synchronized FakeHost lockedBy(String other) {
        holder = Optional.of(other);
        return this;
    }

    /** Cannot be locked, for this reason. */
    public synchronized FakeHost lockFails(String why) {
        lockTrouble = Optional.of(why);
        return this;
    }

    /** Whether nobody has it. */
    public synchronized boolean isFree() {
        return holder.isEmpty();
    }

    /** All calls so far, in their order: of query, change, put, read, sha256, openUnix, start, lock and interrupt. */
    public List<Call> calls() {
        return List.copyOf(calls);
    }

    /** The arguments of the calls of one method. */
    public List<String> calls(String method) {
        return calls.stream()
                .filter(call -> call.method().equals(method))
                .map(Call::argument)
                .toList();
    }

    /** The mode that a file was put with. */
    public Optional<String> mode(String path) {
        return Optional.ofNullable(modes.get(path));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CommandResult query(Script script, Duration limit) {
        return run("query", script);
    }

    @Override
    public CommandResult change(Script script, Duration limit) {
        return run("change", script);
    }

    @Override
    public CommandResult change(Script script, Duration limit, OutputListener told) {
        CommandResult result = change(script, limit);
        result.stdout().lines().forEach(line -> told.line(line, true));
        return result;
    }

    @Override
    public void put(String path, byte[] content, String mode) {
        calls.add(new Call("put", absolute(path)));
        files.put(path, content.clone());
        modes.put(path, mode);
    }

    @Override
    public Optional<byte[]> read(String path) {
        calls.add(new Call("read", absolute(path)));
        return Optional.ofNullable(files.get(path)).map(byte[]::clone);
    }

    @Override
    public String sha256(String path) {
        calls.add(new Call("sha256", absolute(path)));
        byte[] content = files.get(path);
        if (content == null) {
            throw new HostException(name, "digest " + path, "no such file or directory: " + path);
        }
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Duplex openUnix(String socketPath, Duration patience) {
        calls.add(new Call("openUnix", absolute(socketPath)));
        Supplier<Duplex> accepted = sockets.get(socketPath);
        if (accepted == null) {
            throw new NobodyListensException(name, "connect to " + socketPath, "there is no such socket");
        }
        return accepted.get();
    }

    @Override
    public Duplex openTcp(String address, int port, Duration limit) {
        return openUnix("/tcp/" + address + "/" + port, limit);
    }

    @Override
    public boolean passesDescriptors() {
        return true;
    }

    @Override
    public Duplex openUnixPassingDescriptors(String socketPath, Duration patience) {
        return openUnix(socketPath, patience);
    }

    @Override
    public Program start(Script script, Runnable interrupted) {
        calls.add(new Call("start", script.text()));
        return starts.orElseThrow(() -> new AssertionError(name + ": nothing was said about starting " + script))
                .apply(script.text(), interrupted);
    }

    @Override
    public synchronized HostLock lock(String line, Duration patience, Consumer<String> waiting) {
        calls.add(new Call("lock", line));
        locking.accept(patience);
        lockTrouble.ifPresent(why -> {
            throw new HostException(name, "lock the host", why);
        });
        holder.ifPresent(other -> {
            throw new LockHeldException(name, other, "wait until it is done");
        });
        holder = Optional.of(line);
        return new FakeLock();
    }

    @Override
    public void interrupt() {
        calls.add(new Call("interrupt", ""));
    }

    @Override
    public void close() {
        if (!unscripted.isEmpty()) {
            throw unscripted.get(0);
        }
    }

    private CommandResult run(String method, Script script) {
        calls.add(new Call(method, script.text()));
        for (Answer answer : answers) {
            if (answer.matches().test(script.text())) {
                return answer.result().apply(script.text());
            }
        }
        AssertionError error =
                new AssertionError("%s: no answer was given for this script:%n%s%nThe nearest that has one:%n%s"
                        .formatted(name, script.text(), nearest(script.text())));
        unscripted.add(error);
        throw error;
    }

    private String nearest(String script) {
        Map<String, Long> shared = new LinkedHashMap<>();
        Set<String> words = words(script);
        for (Answer answer : answers) {
            shared.put(
                    answer.about(),
                    words(answer.about()).stream().filter(words::contains).count());
        }
        return shared.entrySet().stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .map(Map.Entry::getKey)
                .orElse("(none has)");
    }

    private static Set<String> words(String text) {
        return Arrays.stream(text.split("[\\s'\";]+")).collect(Collectors.toSet());
    }

    private static String absolute(String path) {
        if (!Path.of(path).isAbsolute()) {
            throw new IllegalArgumentException("not an absolute path: " + path);
        }
        return path;
    }

    private final class FakeLock implements HostLock {
        private boolean open = true;

        @Override
        public boolean held() {
            synchronized (FakeHost.this) {
                return open;
            }
        }

        @Override
        public void close() {
            synchronized (FakeHost.this) {
                if (open) {
                    open = false;
                    holder = Optional.empty();
                }
            }
        }
    }
}
