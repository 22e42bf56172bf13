package tplctl.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tplctl.host.Duplex;
import tplctl.host.LocalHost;

/** A guest agent behind its channel: a script in Java on a thread of its own, over a real Unix socket. */
final class FakeAgent implements AutoCloseable {
    /** What the agent of Debian 12 says of the byte that ends what was left half said (seen with QEMU 7.2.17). */
    static final String COMPLAINT =
            "{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error, stray '\\uFFFD'\"}}\n";

    /** What the agent does with its client. */
    @FunctionalInterface
    interface Script {
        void run(FakeAgent agent) throws IOException;
    }

    private final ServerSocketChannel server;
    private final Path path;
    private final CompletableFuture<Void> done;
    private InputStream in = InputStream.nullInputStream();
    private OutputStream out = OutputStream.nullOutputStream();

    FakeAgent(Path directory, Script script) throws IOException {
        path = directory.resolve("agent");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
        done = CompletableFuture.runAsync(() -> serve(script), task -> {
            Thread thread = new Thread(task, "fake-agent");
            thread.setDaemon(true);
            thread.start();
        });
    }

    Duplex open() {
        try (LocalHost host = new LocalHost("here")) {
            return host.openUnix(path.toString(), Duration.ZERO);
        }
    }

    /** Sends text as it is. */
    void say(String text) throws IOException {
        out.write(text.getBytes(UTF_8));
        out.flush();
    }

    void say(int b) throws IOException {
        out.write(b);
        out.flush();
    }

    /** The next request; what comes before a sentinel is dropped, as the agent's own parser does. */
    JsonObject next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new AssertionError("the client closed instead of asking: " + line.toString(UTF_8));
            }
            if (b == AgentReader.SENTINEL) {
                line.reset();
            } else if (b == '\n') {
                return JsonParser.parseString(line.toString(UTF_8)).getAsJsonObject();
            } else {
                line.write(b);
            }
        }
    }

    /** The token of the next request, which has to be one to synchronize. */
    long nextToken() throws IOException {
        JsonObject request = next();
        if (!"guest-sync-delimited".equals(request.get("execute").getAsString())) {
            throw new AssertionError("not a request to synchronize: " + request);
        }
        return request.getAsJsonObject("arguments").get("id").getAsLong();
    }

    /** Answers a request to synchronize as the agent does. */
    void synchronize() throws IOException {
        synchronize(nextToken());
    }

    void synchronize(long token) throws IOException {
        say(COMPLAINT);
        say(AgentReader.SENTINEL);
        say("{\"return\": " + token + "}\n");
    }

    /** The arguments of the next request, which has to be that command. */
    JsonObject expect(String command) throws IOException {
        JsonObject request = next();
        if (!command.equals(request.get("execute").getAsString())) {
            throw new AssertionError("not " + command + ": " + request);
        }
        return request.getAsJsonObject("arguments");
    }

    /** Lets a program run to its end: its arguments. */
    JsonObject execute(int exit, String err) throws IOException {
        JsonObject asked = expect("guest-exec");
        endProgram(exit, err);
        return asked;
    }

    /** Answers the client that has just started one. */
    void endProgram(int exit, String err) throws IOException {
        say("{\"return\": {\"pid\": 302}}\n");
        expect("guest-exec-status");
        say("{\"return\": {\"exited\": false}}\n");
        expect("guest-exec-status");
        say("{\"return\": {\"exited\": true, \"exitcode\": " + exit + ", \"err-data\": \""
                + Base64.getEncoder().encodeToString(err.getBytes(UTF_8)) + "\"}}\n");
    }

    /** Waits until the client has closed. */
    void awaitClose() throws IOException {
        while (in.read() >= 0) {
            // What it still had to say does not matter.
        }
    }

    /** Fails the test when the script failed, or did not come to its end. */
    @Override
    public void close() throws IOException {
        try {
            done.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            throw new AssertionError("the agent's script failed", e);
        } finally {
            server.close();
        }
    }

    private void serve(Script script) {
        try (SocketChannel client = server.accept()) {
            in = Channels.newInputStream(client);
            out = Channels.newOutputStream(client);
            script.run(this);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
