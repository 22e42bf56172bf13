package tplctl.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.FileInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tplctl.host.HostInterruptedException;

@Timeout(60)
final class QmpClientTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(50);

    @TempDir
    Path directory;

    private static JsonElement execute(QmpClient client, String command) {
        return client.execute(command, new JsonObject(), LIMIT);
    }

    @Test
    void knowsTheVersionFromTheGreeting() throws Exception {
        try (FakeQemu qemu = FakeQemu.ready(directory, FakeQemu::awaitClose);
                QmpClient client = qemu.connect()) {
            assertThat(client.version()).isEqualTo(new QmpVersion(8, 2, 3)).hasToString("8.2.3");
            assertThat(client.version().atLeast(8, 2)).isTrue();
            assertThat(client.version().atLeast(7, 10)).isTrue();
            assertThat(client.version().atLeast(8, 3)).isFalse();
            assertThat(client.version().atLeast(10, 0)).isFalse();
        }
    }

    @Test
    void sendsArgumentsAndReturnsEveryDigit() throws Exception {
        try (FakeQemu qemu = FakeQemu.ready(directory, it -> {
                    JsonObject command = it.next();
                    it.reply(command, command.get("arguments").toString());
                });
                QmpClient client = qemu.connect()) {
            JsonObject arguments = new JsonObject();
            arguments.addProperty("size", 9007199254740993L);
            arguments.addProperty("text", "ü \" \\ \n <é>");
            JsonElement echo = client.execute("object-add", arguments, LIMIT);
            assertThat(echo.getAsJsonObject().get("size").getAsLong()).isEqualTo(9007199254740993L);
            assertThat(echo.getAsJsonObject().get("text").getAsString()).isEqualTo("ü \" \\ \n <é>");
        }
    }

    @Test
    void bringsRepliesThatAreOutOfOrderToTheirCallers() throws Exception {
        try (FakeQemu qemu = FakeQemu.ready(directory, it -> {
                    JsonObject first = it.next();
                    JsonObject second = it.next();
                    it.reply(second, second.get("execute").toString());
                    it.event("STOP", "{}");
                    it.reply(first, first.get("execute").toString());
                });
                QmpClient client = qemu.connect()) {
            CompletableFuture<JsonElement> one = CompletableFuture.supplyAsync(() -> execute(client, "one"));
            CompletableFuture<JsonElement> two = CompletableFuture.supplyAsync(() -> execute(client, "two"));
            assertThat(one.join().getAsString()).isEqualTo("one");
            assertThat(two.join().getAsString()).isEqualTo("two");
        }
    }

    @Test
    void executesManyInOneWriteAndInOrder() throws Exception {
        CountDownLatch allRead = new CountDownLatch(1);
        try (FakeQemu qemu = FakeQemu.ready(directory, it -> {
                    JsonObject a = it.next();
                    JsonObject b = it.next();
                    JsonObject c = it.next();
                    allRead.countDown();
                    it.reply(a, "1");
                    it.reply(b, "2");
                    it.reply(c, "3");
                });
                QmpClient client = qemu.connect()) {
            List<JsonElement> values =
                    client.executeAll(List.of(QmpCommand.of("a"), QmpCommand.of("b"), QmpCommand.of("c")), LIMIT);
            assertThat(values).extracting(JsonElement::getAsInt).containsExactly(1, 2, 3);
            assertThat(allRead.getCount()).isZero();
            assertThat(client.executeAll(List.of(), LIMIT)).isEmpty();
        }
    }

    @Test
    void keepsTheClassOfAnError() throws Exception {
        try (FakeQemu qemu = FakeQemu.ready(directory, it -> {
                    it.refuse(it.next(), "CommandNotFound", "The command x is not there");
                    it.reply(it.next(), "{}");
                });
                QmpClient client = qemu.connect()) {
            QmpException e = catchThrowableOfType(QmpException.class, () -> execute(client, "x"));
            assertThat(e.command()).isEqualTo("x");
            assertThat(e.errorClass()).isEqualTo("CommandNotFound");
            assertThat(e).hasMessage("vm1: QMP x: The command x is not there (CommandNotFound)");
            assertThat(execute(client, "y")).isEqualTo(new JsonObject());
        }
    }

    @Test
    void reportsTheFirstOfSeveralErrorsWithTheOthers() throws Exception {
        try (FakeQemu qemu = FakeQemu.ready(directory, it -> {
                    it.reply(it.next(), "{}");
                    it.refuse(it.next(), "GenericError", "second");
                    it.refuse(it.next(), "GenericError", "third");
                });
                QmpClient client = qemu.connect()) {
            assertThatThrownBy(() -> client.executeAll(
                            List.of(QmpCommand.of("a"), QmpCommand.of("b"), QmpCommand.of("c")), LIMIT))
                    .isInstanceOf(QmpException.class)
                    .hasMessageContaining("QMP b: second")
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        }
    }

    @Test
    void readsLinesThatComeInPieces() throws Exception {
        try (FakeQemu qemu = FakeQemu.ready(directory, it -> {
                    JsonObject command = it.next();
                    String text = "x".repeat(20_000) + "ü";
                    String line = "{\"return\": \"" + text + "\", \"id\": " + command.get("id") + "}\n";
                    it.say(line.substring(0, 1));
                    it.say(line.substring(1, 9000));
                    it.say(line.substring(9000));
                });
                QmpClient client = qemu.connect()) {
            assertThat(execute(client, "long").getAsString()).hasSize(20_001).endsWith("xü");
        }
    }

    @Test
    void findsAnEventThatCameBeforeAnyoneWaited() throws Exception {
        try (FakeQemu qemu = FakeQemu.ready(directory, it -> {
                    it.event("STOP", "{}");
                    it.reply(it.next(), "{}");
                    JsonObject go = it.next();
                    it.event("MIGRATION", "{\"status\": \"active\"}");
                    it.event("MIGRATION", "{\"status\": \"completed\"}");
                    it.reply(go, "{}");
                });
                QmpClient client = qemu.connect()) {
            execute(client, "sync");
            QmpClient.Mark before = client.mark();
            execute(client, "migrate");
            QmpEvent event = client.awaitEvent(
                    before,
                    e -> e.data().has("status")
                            && e.data().get("status").getAsString().equals("completed"),
                    LIMIT);
            assertThat(event.name()).isEqualTo("MIGRATION");
            assertThat(event.microseconds()).isEqualTo(1_700_000_000_000_005L);
            assertThat(client.awaitEvent(before, e -> true, LIMIT)
                            .data()
                            .get("status")
                            .getAsString())
                    .as("the first since the mark, not the STOP before it")
                    .isEqualTo("active");
        }
    }

    @Test
    void waitsForAnEventThatIsStillToCome() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        try (FakeQemu qemu = FakeQemu.ready(directory, it -> {
                    it.event("FIRST", "{}");
                    await(waiting);
                    it.event("SECOND", "{}");
                    it.awaitClose();
                });
                QmpClient client = qemu.connect()) {
            QmpEvent event = client.awaitEvent(
                    new QmpClient.Mark(0),
                    e -> {
                        waiting.countDown();
                        return e.name().equals("SECOND");
                    },
                    LIMIT);
            assertThat(event.name()).isEqualTo("SECOND");
        }
    }

    @Test
    void aPredicateThatHangsDoesNotStopReplies() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        try (FakeQemu qemu = FakeQemu.ready(directory, it -> {
                    it.event("STOP", "{}");
                    it.reply(it.next(), "{}");
                });
                QmpClient client = qemu.connect()) {
            CompletableFuture<QmpEvent> event = CompletableFuture.supplyAsync(() -> client.awaitEvent(
                    new QmpClient.Mark(0),
                    e -> {
                        entered.countDown();
                        return await(leave);
                    },
                    LIMIT));
            assertThat(await(entered)).isTrue();
            assertThat(execute(client, "query-status")).isEqualTo(new JsonObject());
            leave.countDown();
            assertThat(event.join().name()).isEqualTo("STOP");
        }
    }

    @Test
    void dropsTheOldestEventsAndSaysSo() throws Exception {
        try (FakeQemu qemu = FakeQemu.ready(directory, it -> {
                    for (int i = 0; i < 10; i++) {
                        it.event("E" + i, "{}");
                    }
                    it.reply(it.next(), "{}");
                    it.awaitClose();
                });
                QmpClient client = QmpClient.connect(qemu.open(), "vm1", LIMIT, 1000, 3)) {
            execute(client, "sync");
            assertThat(client.droppedEvents()).isEqualTo(7);
            QmpClient.Mark start = new QmpClient.Mark(0);
            assertThat(client.awaitEvent(start, e -> true, LIMIT).name()).isEqualTo("E7");
            assertThat(client.awaitEvent(new QmpClient.Mark(9), e -> true, LIMIT)
                            .name())
                    .isEqualTo("E9");
            assertThatThrownBy(() -> client.awaitEvent(start, e -> e.name().equals("E0"), SHORT))
                    .isInstanceOf(QmpTimeoutException.class)
                    .hasMessageContaining("7 events");
        }
    }

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

    @Test
    void saysWhenAConnectionCannotPassDescriptors() throws Exception {
        try (FakeQemu qemu = FakeQemu.ready(directory, FakeQemu::awaitClose);
                QmpClient client = qemu.connect();
                FileInputStream file = new FileInputStream("/dev/null")) {
            assertThatThrownBy(() -> client.executeWithDescriptor("getfd", new JsonObject(), file.getFD(), LIMIT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("getfd");
        }
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(20, java.util.concurrent.TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
