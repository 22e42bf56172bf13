package tplctl.relay;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tplctl.host.LocalHost;
import tplctl.qemu.QmpClient;

/** A machine of 16 MiB that runs {@link WritingGuest} on a memory file. */
final class TestEmulator implements AutoCloseable {
    static final int MEMORY = 16 << 20;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Path directory;
    private final String name;
    private final Process process;
    private final QmpClient qmp;

    TestEmulator(LocalHost host, Path directory, String name, boolean shared, String... more) throws IOException {
        this(host, directory, WritingGuest.bios(), name, shared, more);
    }

    TestEmulator(LocalHost host, Path directory, byte[] guest, String name, boolean shared, String... more)
            throws IOException {
        this.directory = directory;
        this.name = name;
        Path bios = Files.write(directory.resolve("bios"), guest);
        String socket = directory.resolve(name + ".qmp").toString();
        List<String> command = new ArrayList<>(List.of(
                "qemu-system-x86_64",
                "-no-user-config",
                "-nodefaults",
                "-display",
                "none",
                "-machine",
                "pc,accel=tcg",
                "-bios",
                bios.toString(),
                "-m",
                "16M",
                "-object",
                "memory-backend-file,id=mem0,size=16M,mem-path=" + directory.resolve("memory") + ",share="
                        + (shared ? "on" : "off"),
                "-numa",
                "node,memdev=mem0",
                "-qmp",
                "unix:" + socket + ",server=on,wait=off"));
        command.addAll(List.of(more));
        process = new ProcessBuilder(command).inheritIO().start();
        QmpClient connected;
        try {
            connected = QmpClient.connect(host.openUnix(socket, LIMIT), name, LIMIT);
        } catch (RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
        qmp = connected;
        capability("events", true);
    }

    JsonElement execute(String command, Map<String, Object> arguments) {
        JsonObject object = new JsonObject();
        arguments.forEach((key, value) -> {
            if (value instanceof Number number) {
                object.addProperty(key, number);
            } else {
                object.addProperty(key, value.toString());
            }
        });
        return qmp.execute(command, object, LIMIT);
    }

    void capability(String capability, boolean on) {
        JsonObject state = new JsonObject();
        state.addProperty("capability", capability);
        state.addProperty("state", on);
        JsonArray all = new JsonArray();
        all.add(state);
        JsonObject arguments = new JsonObject();
        arguments.add("capabilities", all);
        qmp.execute("migrate-set-capabilities", arguments, LIMIT);
    }

    /** Executes a command and waits until the migration that it begins is completed. */
    void migrates(String command, String uri) {
        QmpClient.Mark before = qmp.mark();
        execute(command, Map.of("uri", uri));
        awaitMigrated(before);
    }

    QmpClient.Mark mark() {
        return qmp.mark();
    }

    void awaitMigrated(QmpClient.Mark before) {
        String last = qmp.awaitEvent(
                        before,
                        event -> event.name().equals("MIGRATION")
                                && List.of("completed", "failed")
                                        .contains(event.data().get("status").getAsString()),
                        LIMIT)
                .data()
                .get("status")
                .getAsString();
        if (!last.equals("completed")) {
            throw new AssertionError(name + ": the migration " + last);
        }
    }

    /** Guest-physical memory, as the guest would read it. */
    byte[] memory(int from, int length) throws IOException {
        Path file = directory.resolve(name + ".pmem");
        execute("pmemsave", Map.of("val", from, "size", length, "filename", file));
        return Files.readAllBytes(file);
    }

    /** Waits until the guest has written once more. */
    void awaitProgress() throws IOException {
        byte[] first = memory(WritingGuest.COUNTED, 2);
        while (java.util.Arrays.equals(first, memory(WritingGuest.COUNTED, 2))) {
            Thread.onSpinWait();
        }
    }

    /** What query-status says; {@code gone} when there is no emulator any more. */
    String state() {
        try {
            return execute("query-status", Map.of())
                    .getAsJsonObject()
                    .get("status")
                    .getAsString();
        } catch (RuntimeException e) {
            process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
            return "gone";
        }
    }

    void kill() {
        process.destroyForcibly();
        process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        qmp.close();
        process.destroyForcibly();
        process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }
}
