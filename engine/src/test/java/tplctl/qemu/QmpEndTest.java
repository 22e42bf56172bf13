package tplctl.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tplctl.host.HostInterruptedException;

/** Whatever may go wrong on the way: an end, silence, and what is no QMP. */
@Timeout(60)
class QmpEndTest extends QmpClientCase {
    @Test
    void failsAllThatWaitWhenTheEmulatorCloses() throws Exception {
        try (FakeQemu qemu = FakeQemu.ready(directory, it -> {
                    JsonObject command = it.next();
                    it.next();
                    it.say("{\"return\": {}, \"id\": " + command.get("id"));
                });
                QmpClient client = qemu.connect()) {
            CompletableFuture<QmpEvent> event =
                    CompletableFuture.supplyAsync(() -> client.awaitEvent(client.mark(), e -> true, LIMIT));
            CompletableFuture<JsonElement> one = CompletableFuture.supplyAsync(() -> execute(client, "one"));
            CompletableFuture<JsonElement> two = CompletableFuture.supplyAsync(() -> execute(client, "two"));
            for (CompletableFuture<?> waiting : List.of(event, one, two)) {
                assertThatThrownBy(waiting::join)
                        .isInstanceOf(CompletionException.class)
                        .cause()
                        .isInstanceOf(QmpConnectionException.class)
                        .hasMessageContaining("vm1: no ")
                        .hasMessageContaining("the emulator closed QMP");
            }
            assertThatThrownBy(() -> execute(client, "three"))
                    .isInstanceOf(QmpConnectionException.class)
                    .hasMessageContaining("three");
        }
    }

    @Test
    void answersThatCameBeforeTheEndCount() throws Exception {
        try (FakeQemu qemu = FakeQemu.ready(directory, it -> {
                    it.reply(it.next(), "{}");
                    it.event("SHUTDOWN", "{\"guest\": false}");
                });
                QmpClient client = qemu.connect()) {
            QmpClient.Mark before = client.mark();
            assertThat(execute(client, "quit")).isEqualTo(new JsonObject());
            assertThat(client.awaitEvent(before, e -> e.name().equals("SHUTDOWN"), LIMIT)
                            .data())
                    .isNotNull();
            assertThatThrownBy(() -> client.awaitEvent(before, e -> false, LIMIT))
                    .isInstanceOf(QmpConnectionException.class);
        }
    }

    @Test
    void closingFailsWhatWaits() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        try (FakeQemu qemu = FakeQemu.ready(directory, it -> {
                    it.next();
                    sent.countDown();
                    it.awaitClose();
                });
                QmpClient client = qemu.connect()) {
            CompletableFuture<JsonElement> waiting = CompletableFuture.supplyAsync(() -> execute(client, "slow"));
            assertThat(await(sent)).isTrue();
            Runnable closing = client::close;
            closing.run();
            assertThatThrownBy(waiting::join).hasMessageContaining("closed on our side");
        }
    }

    @Test
    void limitsTheWaitForAnAnswerAndIgnoresItWhenItComesLate() throws Exception {
        try (FakeQemu qemu = FakeQemu.ready(directory, it -> {
                    JsonObject slow = it.next();
                    JsonObject next = it.next();
                    it.reply(slow, "\"late\"");
                    it.say("{\"return\": {}, \"id\": \"a stranger's\"}\r\n");
                    it.reply(next, "\"in time\"");
                });
                QmpClient client = qemu.connect()) {
            assertThatThrownBy(() -> client.execute("slow", new JsonObject(), SHORT))
                    .isInstanceOf(QmpTimeoutException.class)
                    .hasMessage("vm1: no answer to QMP slow within 50 ms");
            assertThat(execute(client, "next").getAsString()).isEqualTo("in time");
            assertThat(client.unknownReplies()).isEqualTo(2);
        }
    }

    @Test
    void limitsTheWaitForTheGreeting() throws Exception {
        try (FakeQemu qemu = new FakeQemu(directory, FakeQemu::awaitClose)) {
            assertThatThrownBy(() -> QmpClient.connect(qemu.open(), "vm1", SHORT))
                    .isInstanceOf(QmpTimeoutException.class)
                    .hasMessageContaining("greeting")
                    .hasMessageContaining("one client at a time");
        }
    }

    @Test
    void refusesAServerThatClosesInsteadOfGreeting() throws Exception {
        try (FakeQemu qemu = new FakeQemu(directory, it -> {})) {
            assertThatThrownBy(() -> QmpClient.connect(qemu.open(), "vm1", LIMIT))
                    .isInstanceOf(QmpConnectionException.class)
                    .hasMessageContaining("greeting");
        }
    }

    @Test
    void refusesAServerThatSpeaksNoQmp() throws Exception {
        for (String greeting : List.of(
                "SSH-2.0-OpenSSH_9.2\r\n", "\n", "[]\n", "{\"QMP\": 1}\n", "{\"hello\": {}}\n", "{\"return\"\n")) {
            Path own = java.nio.file.Files.createTempDirectory(directory, "q");
            try (FakeQemu qemu = new FakeQemu(own, it -> {
                it.say(greeting);
                it.awaitClose();
            })) {
                assertThatThrownBy(() -> QmpClient.connect(qemu.open(), "vm1", LIMIT))
                        .as(greeting)
                        .isInstanceOf(QmpConnectionException.class)
                        .hasMessageContaining("no QMP");
            }
        }
    }

    @Test
    void refusesALineThatIsTooLong() throws Exception {
        try (FakeQemu qemu = FakeQemu.ready(directory, it -> {
                    JsonObject command = it.next();
                    it.reply(command, "\"" + "x".repeat(990) + "\"");
                });
                QmpClient client = QmpClient.connect(qemu.open(), "vm1", LIMIT, 1000, 10)) {
            assertThatThrownBy(() -> execute(client, "big"))
                    .isInstanceOf(QmpConnectionException.class)
                    .hasMessageContaining("longer than 1000 bytes");
        }
    }

    @Test
    void anInterruptedThreadDoesNotBreakTheConnection() throws Exception {
        try (FakeQemu qemu = FakeQemu.ready(directory, it -> it.reply(it.next(), "{}"));
                QmpClient client = qemu.connect()) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> execute(client, "not-sent")).isInstanceOf(HostInterruptedException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(execute(client, "sent")).isEqualTo(new JsonObject());
        }
    }
}
