package tplctl.lab;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For tests of what a machine has only one of, whatever namespaces they run in: pools of huge pages, a port that a playbook names, the
 * package manager. Of all processes that run tests of this build, one at a time has it.
 */
public final class WholeMachine implements BeforeAllCallback, AfterAllCallback {
    private static final Path LOCK = Path.of("target", "whole-machine.lock");

    private static final String POOLS = "/sys/kernel/mm/hugepages";

    private static Optional<FileChannel> held = Optional.empty();

    /** Whether the test that runs has it. */
    public static synchronized boolean isHeld() {
        return held.isPresent();
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        Files.createDirectories(LOCK.toAbsolutePath().getParent());
        FileChannel channel = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.lock();
        synchronized (WholeMachine.class) {
            held = Optional.of(channel);
        }
        pools("rw");
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        pools("ro");
        synchronized (WholeMachine.class) {
            if (held.isPresent()) {
                held.get().close();
                held = Optional.empty();
            }
        }
    }

    /** Opens or closes the pools of huge pages to writing, in the namespace that {@code libexec/isolated} made, if it did. */
    private static void pools(String access) {
        Shell.run("! mountpoint -q %1$s || mount -o remount,bind,%2$s %1$s".formatted(POOLS, access));
    }
}
