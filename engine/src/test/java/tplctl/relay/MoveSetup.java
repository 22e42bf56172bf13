package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tplctl.host.LocalHost;
import tplctl.lab.SlowLink;

/** Two directories as two hosts: a template in both, a clone that runs in one, an emulator that waits in the other, two agents. */
final class MoveSetup implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Seconds, for a guest that works at the test's pace. */
    private static final String PATIENT = "600";

    final Path here;
    final Path there;
    private final LocalHost host = new LocalHost("here");
    private final List<Runnable> open = new ArrayList<>();
    private final byte[] guest;
    private final boolean commanded;
    private Optional<RelayProcess> out = Optional.empty();
    private Optional<RelayProcess> in = Optional.empty();
    private Optional<TestEmulator> source = Optional.empty();
    private Optional<TestEmulator> destination = Optional.empty();
    private int port;
    private Optional<SlowLink> link = Optional.empty();

    MoveSetup(byte[] guest) throws IOException {
        this(guest, false);
    }

    /** @param commanded whether the guest is {@link CommandedGuest}, with a serial port, of the source at {@code source.serial} */
    MoveSetup(byte[] guest, boolean commanded) throws IOException {
        this.guest = guest;
        this.commanded = commanded;
        here = Files.createTempDirectory(Path.of("/dev/shm"), "move-a");
        there = Files.createTempDirectory(Path.of("/dev/shm"), "move-b");
        Files.createFile(there.resolve("incoming"));
        Files.createFile(there.resolve("moved-once"));
        run("qemu-img create -q -f qcow2 " + here + "/empty 64M && cp " + here + "/empty " + there + "/disk && cp "
                + here + "/empty " + here + "/disk && qemu-io -c 'write -q -P 7 5M 3M' " + here + "/disk");
    }

    void start(boolean progress) throws IOException {
        Path state = here.resolve("state");
        // The emulator of a template begins with its disk; none of its own is needed here.
        try (TestEmulator template = new TestEmulator(
                host, here, guest, "template", true, options("template", here.resolve("empty"), "-S"))) {
            if (progress) {
                template.execute("cont", Map.of());
                template.awaitProgress();
                template.execute("stop", Map.of());
            }
            if (commanded) {
                template.execute("cont", Map.of());
                while (!CommandedGuest.has(template, CommandedGuest.LAST, CommandedGuest.BEGUN)) {
                    Thread.onSpinWait();
                }
                template.execute("stop", Map.of());
            }
            template.capability("x-ignore-shared", true);
            template.migrates("migrate", "exec:cat >" + state);
        }
        Files.copy(here.resolve("memory"), there.resolve("memory"));
        Files.copy(here.resolve("memory"), here.resolve("template-memory"));
        source = Optional.of(clone(here, "source", state));
        source().execute("cont", Map.of());
        destination = Optional.of(add(new TestEmulator(
                host,
                there,
                guest,
                "destination",
                false,
                options("destination", there.resolve("disk"), "-S", "-incoming", "defer", "-qmp", qmp(there)))));
        destination().capability("late-block-activate", true);
        agents(List.of());
    }

    private TestEmulator clone(Path directory, String name, Path state) throws IOException {
        TestEmulator clone = add(new TestEmulator(
                host,
                directory,
                guest,
                name,
                false,
                options(name, directory.resolve("disk"), "-incoming", "defer", "-qmp", qmp(directory))));
        clone.capability("x-ignore-shared", true);
        clone.migrates("migrate-incoming", "exec:cat " + state);
        clone.capability("x-ignore-shared", false);
        clone.capability("return-path", true);
        clone.capability("pause-before-switchover", true);
        return clone;
    }

    private String[] options(String name, Path disk, String... more) {
        List<String> options =
                new ArrayList<>(List.of("-drive", "if=virtio,format=qcow2,file=" + disk + ",discard=ignore"));
        options.addAll(List.of(more));
        if (commanded) {
            String socket = "unix:" + disk.resolveSibling(name + ".serial") + ",server=on,wait=off";
            options.addAll(List.of("-serial", socket));
        }
        return options.toArray(String[]::new);
    }

    private static String qmp(Path directory) {
        return "unix:" + directory.resolve("agent.qmp") + ",server=on,wait=off";
    }

    private void agents(List<String> before) throws IOException {
        out = Optional.of(add(RelayProcess.start(List.of("setsid", "nohup"), "agent")));
        in = Optional.of(add(RelayProcess.start(before.isEmpty() ? List.of("setsid", "nohup") : before, "agent")));
        assertThat(out().line()).startsWith("tplctl-relay");
        assertThat(in().line()).startsWith("tplctl-relay");
        String certificate = out().ask("0", "identity").get(1);
        port = Integer.parseInt(
                in().ask("0", "listen", "127.0.0.1", "0", "0", certificate).get(1));
        link = Optional.of(add(new SlowLink(port)));
    }

    private <T extends AutoCloseable> T add(T resource) {
        open.add(0, () -> {
            try {
                resource.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        return resource;
    }

    /** The destination's agent is another, before which these words come. */
    void destinationAgent(String... before) throws IOException {
        out().kill();
        in().kill();
        agents(List.of(before));
    }

    /** Gives both jobs, 1 and 1. */
    void begin(String mode, Path... disksThere) {
        boolean plain = mode.equals("plain");
        String incoming = plain ? "tcp:127.0.0.1:0" : "unix:" + there.resolve("incoming.sock");
        destination().execute("migrate-incoming", Map.of("uri", incoming));
        List<String> receive = new ArrayList<>(List.of(
                "1",
                "migrate-in",
                "c",
                there.resolve("agent.qmp").toString(),
                plain ? "" : there.resolve("incoming.sock").toString(),
                "",
                there.resolve("incoming").toString(),
                there.resolve("up").toString(),
                there.resolve("moved-once").toString(),
                commanded ? PATIENT : "100"));
        List<Path> targets = disksThere.length > 0 ? List.of(disksThere) : List.of(there.resolve("disk"));
        targets.forEach(each -> receive.add(each.toString()));
        in().say(Fields.line(receive));
        boolean aware = mode.equals("template-aware");
        List<String> send = new ArrayList<>(List.of(
                "1",
                "migrate-out",
                "127.0.0.1",
                Integer.toString(link().port()),
                in().ask("i", "identity").get(1),
                "c",
                here.resolve("agent.qmp").toString(),
                mode,
                plain
                        ? "tcp:127.0.0.1:" + listening()
                        : here.resolve("outgoing.sock").toString()));
        send.addAll(aware ? List.of("1", "mem0", here.resolve("template-memory").toString()) : List.of("0"));
        send.addAll(List.of(
                here.resolve("vm.moving").toString(),
                here.resolve("vm.moved").toString(),
                "{\"name\": \"vm\"}\n",
                commanded ? PATIENT : "40",
                "20",
                here.resolve("disk").toString()));
        out().say(Fields.line(send));
    }

    private String listening() {
        return destination()
                .execute("query-migrate", Map.of())
                .getAsJsonObject()
                .get("socket-address")
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject()
                .get("port")
                .getAsString();
    }

    void run(String script) {
        var result = host.query(script, LIMIT);
        assertThat(result.ok()).as(result.stderr()).isTrue();
    }

    RelayProcess out() {
        return out.orElseThrow();
    }

    RelayProcess in() {
        return in.orElseThrow();
    }

    TestEmulator source() {
        return source.orElseThrow();
    }

    TestEmulator destination() {
        return destination.orElseThrow();
    }

    SlowLink link() {
        return link.orElseThrow();
    }

    int port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        open.forEach(Runnable::run);
        host.close();
        for (Path directory : List.of(here, there)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }
}
