package tplctl.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tplctl.host.Duplex;
import tplctl.host.LocalHost;

/** The other end of a QMP connection: a script in Java on a thread of its own, over a real Unix socket. */
final class FakeQemu implements AutoCloseable {
    static final String GREETING = "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 3, \"minor\": 2, \"major\": 8}, "
            + "\"package\": \"Debian\"}, \"capabilities\": [\"oob\"]}}\r\n";

    /** What the emulator does with its client. */
    @FunctionalInterface
    interface Script {
        void run(FakeQemu qemu) throws IOException;
    }

    private final ServerSocketChannel server;
    private final Path path;
    private final CompletableFuture<Void> done;
    private BufferedReader in = new BufferedReader(java.io.Reader.nullReader());
    private OutputStream out = OutputStream.nullOutputStream();

    FakeQemu(Path directory, Script script) throws IOException {
        path = directory.resolve("qmp");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
        done = CompletableFuture.runAsync(() -> serve(script), task -> {
            Thread thread = new Thread(task, "fake-qemu");
            thread.setDaemon(true);
            thread.start();
        });
    }

    /** One that has greeted and accepted {@code qmp_capabilities} when the script begins. */
    static FakeQemu ready(Path directory, Script script) throws IOException {
        return new FakeQemu(directory, qemu -> {
            qemu.say(GREETING);
            JsonObject first = qemu.next();
            if (!"qmp_capabilities".equals(first.get("execute").getAsString()) || first.has("arguments")) {
                throw new AssertionError("not the first command of a client: " + first);
            }
            qemu.reply(first, "{}");
            script.run(qemu);
        });
    }

    Duplex open() {
        try (LocalHost host = new LocalHost("here")) {
            return host.openUnix(path.toString(), Duration.ZERO);
        }
    }

    QmpClient connect() {
        return QmpClient.connect(open(), "vm1", Duration.ofSeconds(20));
    }

    /** Sends text as it is. */
    void say(String text) throws IOException {
        out.write(text.getBytes(UTF_8));
        out.flush();
    }

    void event(String name, String data) throws IOException {
        say("{\"timestamp\": {\"seconds\": 1700000000, \"microseconds\": 5}, \"event\": \"" + name + "\", \"data\": "
                + data + "}\r\n");
    }

    /** The next command, in full. */
    JsonObject next() throws IOException {
        String line = in.readLine();
        if (line == null) {
            throw new AssertionError("the client closed instead of sending a command");
        }
        return JsonParser.parseString(line).getAsJsonObject();
    }

    /** The next command; empty when the client has closed. */
    Optional<JsonObject> nextOrEnd() throws IOException {
        return Optional.ofNullable(in.readLine())
                .map(line -> JsonParser.parseString(line).getAsJsonObject());
    }

    void reply(JsonObject command, String value) throws IOException {
        say("{\"return\": " + value + ", \"id\": " + command.get("id") + "}\r\n");
    }

    void refuse(JsonObject command, String errorClass, String desc) throws IOException {
        say("{\"id\": " + command.get("id") + ", \"error\": {\"class\": \"" + errorClass + "\", \"desc\": \"" + desc
                + "\"}}\r\n");
    }

    /** Waits until the client has closed. */
    void awaitClose() throws IOException {
        while (in.readLine() != null) {
            // What it still had to say does not matter.
        }
    }

    /** Fails the test when the script failed, or did not come to its end. */
    @Override
    public void close() throws IOException {
        try {
            done.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            throw new AssertionError("the emulator's script failed", e);
        } finally {
            server.close();
        }
    }

    private void serve(Script script) {
        try (SocketChannel client = server.accept()) {
            in = new BufferedReader(new InputStreamReader(Channels.newInputStream(client), UTF_8));
            out = Channels.newOutputStream(client);
            script.run(this);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
