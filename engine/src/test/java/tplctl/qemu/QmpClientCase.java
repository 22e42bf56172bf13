package tplctl.qemu;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.io.TempDir;

/** A client and an emulator of the test's own to talk to. */
abstract class QmpClientCase {
    static final Duration LIMIT = Duration.ofSeconds(20);

    static final Duration SHORT = Duration.ofMillis(50);

    @TempDir
    Path directory;

    static JsonElement execute(QmpClient client, String command) {
        return client.execute(command, new JsonObject(), LIMIT);
    }

    static boolean await(CountDownLatch latch) {
        try {
            return latch.await(20, java.util.concurrent.TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
