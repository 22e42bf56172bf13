package tplctl.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The quickstart's guest: a kernel and an initial RAM disk, made once by the quickstart's own commands and kept among the build's
 * files.
 */
public final class Guest {
    private static final Path HOME = Tplctl.ENGINE.resolve("target/guest");
    private static final Path QUICKSTART = Tplctl.ENGINE.resolveSibling("playbooks/quickstart.yml");

    private Guest() {}

    public static synchronized Path kernel() {
        make();
        return HOME.resolve("vmlinuz");
    }

    public static synchronized Path initrd() {
        make();
        return HOME.resolve("initrd");
    }

    /** Variables of {@code vm-templating.yml} and {@code migrate.yml} for this guest, without KVM, and the same for all else. */
    static String variables() {
        // With so much memory to plug in, Linux would set 64M aside for bounce buffers; and on a busy machine an
        // emulated timer is late.
        return """
                accel: tcg
                cpu: max
                options: { nvdimm: "on" }
                source: null
                size: 64M
                boot: [-kernel, "%s", -initrd, "%s", -append, console=ttyS0 quiet mitigations=off swiotlb=noforce no_timer_check]
                ready: GUEST-READY
                """.formatted(kernel(), initrd());
    }

    private static void make() {
        if (Files.exists(HOME.resolve("initrd"))) {
            return;
        }
        try {
            Files.createDirectories(HOME);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Another process that runs tests may be at it.
        try (FileChannel channel =
                        FileChannel.open(HOME.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (lock.isValid() && Files.exists(HOME.resolve("initrd"))) {
                return;
            }
            Path playbook = Tplctl.write(HOME, "guest.yml", withoutMachines(Files.readString(QUICKSTART)));
            Path build = HOME.resolve("build");
            Tplctl.run(HOME, "apply", playbook.toString(), "-e", "home=" + build)
                    .exits(0);
            Files.copy(build.resolve("kernel/vmlinuz"), HOME.resolve("vmlinuz"), StandardCopyOption.REPLACE_EXISTING);
            Files.copy(build.resolve("initrd"), HOME.resolve("initrd.new"), StandardCopyOption.REPLACE_EXISTING);
            Tplctl.run(HOME, "destroy", "--yes", playbook.toString(), "-e", "home=" + build)
                    .exits(0);
            Files.move(HOME.resolve("initrd.new"), HOME.resolve("initrd"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The playbook up to its images, without its mounts. */
    private static String withoutMachines(String text) {
        String head = text.substring(0, text.indexOf("\n  images:") + 1);
        int mounts = head.indexOf("\n  mounts:");
        return head.substring(0, mounts) + head.substring(head.indexOf("\n  files:", mounts));
    }
}
