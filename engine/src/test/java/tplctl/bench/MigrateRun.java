package tplctl.bench;

import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tplctl.lab.LabHost;

/**
 * What one migration took.
 *
 * @param wire bytes at the interfaces between the hosts, both directions, headers of all layers included
 * @param packets the same
 * @param total milliseconds from {@code migrate} until the guest runs at the destination
 * @param downtime milliseconds from its stop until then
 * @param command milliseconds of the whole command, or of all that is done by hand
 * @param privately bytes that the emulator at the destination shares with nobody
 * @param relays milliseconds that both relays together took of the processors
 * @param differing pages of the source's RAM that differed from the template's at its end; empty when they were not counted
 * @param reported {@code wire_bytes} of the report's metrics; 0 when there is no report
 */
record MigrateRun(
        long wire,
        long packets,
        long total,
        long downtime,
        long command,
        long privately,
        long relays,
        Optional<Long> differing,
        long reported) {
    /** How a guest is moved. */
    enum Way {
        AWARE("template-aware"),
        FULL("full"),
        PLAIN("plain QEMU");

        private final String word;

        Way(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    private static final Path DIFFERING =
            Path.of("bench/migrate.d/differing.pl").toAbsolutePath();

    /**
     * Starts a clone, has its guest write, moves it and removes it.
     *
     * @param dirty MiB that the guest writes
     * @param count whether differing pages are counted, which holds up the end of the source's emulator
     */
    static MigrateRun of(MigrateHosts hosts, Way way, String vm, int dirty, boolean count) throws IOException {
        LabHost from = hosts.source();
        LabHost to = hosts.destination();
        hosts.start(vm);
        GuestConsole.type(from.path("/run/tplctl/vms/" + vm + "/serial.sock"), guest(dirty));
        Optional<Process> counter = count ? Optional.of(counter(from, vm)) : Optional.empty();
        LabHost.Traffic before = traffic(hosts);
        long begun = System.nanoTime();
        JsonObject metrics = new JsonObject();
        PlainMigration.Took took;
        long relays;
        try (RelayTimes times = RelayTimes.begin(from, to)) {
            if (way == Way.PLAIN) {
                took = PlainMigration.run(from, to, vm, "/run/tplctl/by-hand/" + vm);
            } else {
                metrics = hosts.move(vm, way.word);
                long command = (System.nanoTime() - begun) / 1_000_000;
                took = new PlainMigration.Took(number(metrics, "total_ms"), number(metrics, "downtime_ms"), command);
            }
            relays = times.milliseconds();
        }
        LabHost.Traffic crossed = traffic(hosts).since(before);
        ProcessHandle emulator = MigrateHosts.emulator(to, vm);
        MigrateRun run = new MigrateRun(
                crossed.bytes() / 2,
                crossed.packets() / 2,
                took.total(),
                took.downtime(),
                took.all(),
                privately(emulator),
                relays,
                counter.map(MigrateRun::counted),
                metrics.has("wire_bytes") ? number(metrics, "wire_bytes") : 0);
        if (way == Way.PLAIN) {
            emulator.destroyForcibly();
            emulator.onExit().join();
        }
        hosts.clear();
        return run;
    }

    private static String guest(int dirty) {
        String box = "/bin/busybox ";
        String write = dirty == 0
                ? ""
                : " && " + box + "mount -t devtmpfs dev /dev && " + box + "mkdir /t && " + box
                        + "mount -t tmpfs -o size=90% t /t && " + box + "dd if=/dev/urandom of=/t/file bs=1M count="
                        + dirty;
        return box + "sleep 1" + write + " && " + box + "sleep 1";
    }

    private static long number(JsonObject metrics, String name) {
        return metrics.get(name).getAsLong();
    }

    /** Of both ends together: everything twice. */
    private static LabHost.Traffic traffic(MigrateHosts hosts) {
        LabHost.Traffic one = hosts.source().traffic(MigrateHosts.LINK);
        LabHost.Traffic other = hosts.destination().traffic(MigrateHosts.LINK);
        return new LabHost.Traffic(one.bytes() + other.bytes(), one.packets() + other.packets());
    }

    private static Process counter(LabHost host, String vm) throws IOException {
        Process process = new ProcessBuilder(
                        "perl",
                        DIFFERING.toString(),
                        String.valueOf(MigrateHosts.emulator(host, vm).pid()),
                        MigrateHosts.MEMORY,
                        host.path(MigrateHosts.MEMORY).toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String line = line(process);
        if (!line.equals("watching")) {
            throw new IllegalStateException("who counts the pages said: " + line);
        }
        return process;
    }

    private static long counted(Process counter) {
        return Long.parseLong(line(counter));
    }

    private static String line(Process process) {
        try {
            BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII);
            return Optional.ofNullable(lines.readLine())
                    .orElseThrow(() -> new IllegalStateException("who counts the pages has ended"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static long privately(ProcessHandle process) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/smaps_rollup")).stream()
                .filter(line -> line.startsWith("Private_"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                .sum();
    }
}
