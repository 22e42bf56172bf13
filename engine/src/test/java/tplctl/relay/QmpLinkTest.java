package tplctl.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class QmpLinkTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final String GREETING = "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n";

    @TempDir
    Path dir;

    private ServerSocketChannel server;
    private CompletableFuture<Void> emulator = CompletableFuture.completedFuture(null);

    @BeforeEach
    void listen() throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(dir.resolve("qmp")));
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        emulator.get(30, TimeUnit.SECONDS);
    }

    /** @param answers what the emulator says to each command after the first; ID is the command's id */
    private QmpLink open(String... answers) throws IOException {
        emulator = CompletableFuture.runAsync(() -> serve(answers));
        return QmpLink.open(dir.resolve("qmp"), LIMIT);
    }

    private void serve(String... answers) {
        try (SocketChannel client = server.accept()) {
            BufferedReader in = new BufferedReader(new InputStreamReader(Channels.newInputStream(client), UTF_8));
            write(client, GREETING);
            String asked = String.valueOf(in.readLine());
            write(
                    client,
                    "{\"return\": {}, \"id\": " + Json.parse(asked).at("id").orElseThrow() + "}\r\n");
            for (String answer : answers) {
                String line = in.readLine();
                if (line == null) {
                    return;
                }
                write(
                        client,
                        answer.replace(
                                "ID", Json.parse(line).at("id").orElseThrow().toString()));
            }
            if (answers.length > 0) {
                in.readLine();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(SocketChannel client, String text) throws IOException {
        Channels.newOutputStream(client).write(text.getBytes(UTF_8));
    }

    @Test
    void findsItsAnswerAmongEventsAndAnswersOfOthers() throws IOException {
        try (QmpLink link = open("""
                {"event": "STOP"}
                {"return": 7, "id": "other"}
                {"event": "MIGRATION", "data": {"status": "completed"}}
                {"return": {"status": "postmigrate"}, "id": ID}
                """)) {
            Json status = link.execute("query-status", Json.object(Map.of()), LIMIT);
            assertThat(status.text("status")).contains("postmigrate");
            Json event = link.awaitEvent(e -> e.text("event").equals(java.util.Optional.of("MIGRATION")), LIMIT);
            assertThat(event.text("data", "status")).contains("completed");
            assertThatThrownBy(() ->
                            link.awaitEvent(e -> e.text("event").equals(java.util.Optional.of("MIGRATION")), SHORT))
                    .hasMessageContaining("in time");
            assertThat(link.awaitEvent(e -> true, LIMIT).text("event")).contains("STOP");
        }
    }

    @Test
    void saysWhyACommandWasRefused() throws IOException {
        try (QmpLink link = open("{\"id\": ID, \"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\r\n")) {
            assertThatThrownBy(() -> link.execute("migrate", Json.object(Map.of()), LIMIT))
                    .isInstanceOf(QmpLink.RefusedException.class)
                    .hasMessage("migrate: GenericError: no");
        }
    }

    @Test
    void givesUpAtTheDeadline() throws IOException {
        try (QmpLink link = open("{\"return\": {}")) {
            assertThatThrownBy(() -> link.execute("cont", Json.object(Map.of()), SHORT))
                    .isInstanceOf(RelayException.class)
                    .hasMessageContaining("did not answer in time");
        }
    }

    @Test
    void saysThatTheEmulatorWentAway() throws IOException {
        try (QmpLink link = open()) {
            assertThatThrownBy(() -> link.awaitEvent(event -> true, LIMIT))
                    .isInstanceOf(RelayException.class)
                    .hasMessageContaining("closed the connection");
        }
    }

    @Test
    void wakesWhenItIsClosed() throws Exception {
        QmpLink link = open("");
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            try {
                link.awaitEvent(event -> true, LIMIT);
            } catch (IOException e) {
                failure.complete(e);
            }
        });
        waiting.start();
        link.close();
        assertThat(failure.get(30, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
    }
}
