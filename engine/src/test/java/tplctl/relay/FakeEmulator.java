package tplctl.relay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The QMP side of an emulator: answers what it is told to, and keeps what it was asked. */
final class FakeEmulator implements AutoCloseable {
    private final ServerSocketChannel server;
    private final Map<String, Supplier<String>> answers = new ConcurrentHashMap<>();
    private final BlockingQueue<String> news = new LinkedBlockingQueue<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final BlockingQueue<SocketChannel> client = new LinkedBlockingQueue<>(1);
    private volatile String state;

    FakeEmulator(Path socket, String state) throws IOException {
        this.state = state;
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
        on("query-status", () -> "{\"status\": \"" + this.state + "\"}");
        on("query-migrate-capabilities", () -> capabilities("return-path", "events", "pause-before-switchover"));
        on("query-migrate", () -> "{\"status\": \"active\"}");
        on("cont", () -> become("running"));
        on("migrate_cancel", () -> {
            on("query-migrate", () -> "{\"status\": \"cancelled\"}");
            return become("running");
        });
        on("migrate-continue", () -> "{}");
        on("migrate", () -> "{}");
        Thread thread = new Thread(this::serve, "fake-emulator");
        thread.setDaemon(true);
        thread.start();
    }

    static String capabilities(String... on) {
        return "["
                + String.join(
                        ", ",
                        List.of(on).stream()
                                .map(each -> "{\"capability\": \"" + each + "\", \"state\": true}")
                                .toList())
                + "]";
    }

    /** @param answer what is returned; a refusal when it is empty */
    void on(String command, Supplier<String> answer) {
        answers.put(command, answer);
    }

    String become(String next) {
        state = next;
        return "{}";
    }

    /** What it is, as the last thing that the migration makes of it. */
    void migrates(String status) throws IOException {
        on("query-migrate", () -> "{\"status\": \"" + status + "\"}");
        write("{\"event\": \"MIGRATION\", \"data\": {\"status\": \"" + status + "\"}}");
    }

    /** Waits until this command has come. */
    void await(String command) throws InterruptedException {
        String next = "";
        while (!next.equals(command)) {
            next = String.valueOf(news.poll(20, TimeUnit.SECONDS));
            if (next.equals("null")) {
                throw new AssertionError(command + " did not come; there came " + asked);
            }
        }
    }

    List<String> asked() {
        return asked;
    }

    private void serve() {
        try (SocketChannel one = server.accept()) {
            client.add(one);
            BufferedReader in = new BufferedReader(new InputStreamReader(Channels.newInputStream(one), UTF_8));
            write("{\"QMP\": {}}");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Json request = Json.parse(line);
                String command = request.text("execute").orElse("");
                asked.add(command);
                if (command.equals("quit")) {
                    news.add(command);
                    return;
                }
                String value = answers.getOrDefault(command, () -> "{}").get();
                write((value.isEmpty()
                                ? "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no " + command + "\"}"
                                : "{\"return\": " + value)
                        + ", \"id\": " + request.at("id").orElseThrow() + "}");
                news.add(command);
            }
        } catch (IOException e) {
            return;
        }
    }

    private synchronized void write(String line) throws IOException {
        // Not a stream of java.nio.channels.Channels: that of a reader keeps a writer out.
        ByteBuffer rest = ByteBuffer.wrap((line + "\r\n").getBytes(UTF_8));
        while (rest.hasRemaining()) {
            client.element().write(rest);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        SocketChannel one = client.poll();
        if (one != null) {
            one.close();
        }
    }
}
