package tplctl.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.FileInputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QmpClientTest extends QmpClientCase {
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
    void saysWhenAConnectionCannotPassDescriptors() throws Exception {
        try (FakeQemu qemu = FakeQemu.ready(directory, FakeQemu::awaitClose);
                QmpClient client = qemu.connect();
                FileInputStream file = new FileInputStream("/dev/null")) {
            assertThatThrownBy(() -> client.executeWithDescriptor("getfd", new JsonObject(), file.getFD(), LIMIT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("getfd");
        }
    }
}
