package tplctl.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Events, whenever they come. */
@Timeout(60)
class QmpEventsTest extends QmpClientCase {
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
}
