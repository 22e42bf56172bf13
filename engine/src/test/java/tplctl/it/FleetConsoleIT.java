package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.lab.HostSpec;

/** The console and QMP of a VM on other hosts, as root and as a user who becomes root. Its firmware shows a menu that waits for keys. */
@Timeout(900)
class FleetConsoleIT {
    private static final String[] ROOT = {"-u", "root"};
    private static final String[] BECOME = {"-u", "deploy", "-b"};

    private static Fleet fleet;

    @TempDir
    static Path dir;

    @BeforeAll
    static void up() {
        fleet = new Fleet(HostSpec.PLAIN, HostSpec.PLAIN.sshd("AllowTcpForwarding no"));
        fleet.inventory(dir);
        Tplctl.write(dir, "menu.yml", """
                - hosts: all
                  images:
                    empty: { path: /var/lib/tplctl/images/empty.qcow2, size: 1M }
                  vms:
                    menu: { machine: { ram: 32M, disk: empty, extra_args: ["-boot", "menu=on,splash-time=60000"] } }
                    telnet: { machine: { ram: 32M, disk: empty, serial: "telnet:127.0.0.1:7000,server,nowait" } }
                """);
        tplctl(ROOT, "apply", "-q", "menu.yml").exits(0);
    }

    @AfterAll
    static void down() {
        tplctl(ROOT, "destroy", "--yes", "-q", "menu.yml").exits(0);
        fleet.close();
    }

    private static Tplctl.Result tplctl(String[] as, String... arguments) {
        return Tplctl.run(dir, command(as, arguments));
    }

    private static String[] command(String[] as, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments[0], "-i", "hosts.yml"));
        all.addAll(List.of(as));
        all.addAll(Arrays.asList(arguments).subList(1, arguments.length));
        return all.toArray(String[]::new);
    }

    private static TerminalRun console(String[] as, String host, String... steps) {
        return TerminalRun.of(dir, List.of(steps), command(as, "console", "-l", host, "menu"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void reachesTheConsoleThroughSsh(boolean become) {
        String[] as = become ? BECOME : ROOT;
        String reset = "run=" + Tplctl.ENGINE.resolve("bin/tplctl") + " "
                + String.join(" ", command(as, "qmp", "-l", "h0", "menu", "system_reset"));
        TerminalRun run = console(
                as,
                "h0",
                "await=Console of menu on h0",
                "mode=",
                reset,
                "await=\\x1bc",
                "await=Press ESC",
                "type=\\x1b",
                "await=Select boot device",
                "type=\\x1d");
        run.exits(0);
        assertThat(run.modes()).containsExactly("raw");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void reachesAPortOfTheHostThroughSsh(boolean become) {
        String[] as = become ? BECOME : ROOT;
        String reset = "run=" + Tplctl.ENGINE.resolve("bin/tplctl") + " "
                + String.join(" ", command(as, "qmp", "-l", "h0", "telnet", "system_reset"));
        TerminalRun run = TerminalRun.of(
                dir,
                List.of("await=Console of telnet on h0", reset, "await=SeaBIOS", "type=\\x1d"),
                command(as, "console", "-l", "h0", "telnet"));
        run.exits(0);
    }

    @Test
    void saysHowAPortIsReachedThatSshDoesNotForward() {
        assertThat(tplctl(ROOT, "console", "-l", "h1", "telnet").exits(2).err())
                .contains(
                        "h1: connect to 127.0.0.1:7000: its sshd forwards no TCP ports for this user; AllowTcpForwarding",
                        "on h1, \"telnet 127.0.0.1 7000\" opens it");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void saysThatTheConnectionWasLost(boolean become) {
        String[] as = become ? BECOME : ROOT;
        Path connected = dir.resolve("connected-" + become);
        CompletableFuture<Void> dropped = CompletableFuture.runAsync(() -> {
            Shell.await("it is connected", Duration.ofMinutes(4), () -> Files.exists(connected));
            fleet.lab.host(1).dropConnections();
        });
        TerminalRun run = console(as, "h1", "await=leaves it", "run=touch " + connected);
        dropped.join();
        run.exits(4);
        assertThat(run.seen()).contains("the connection was lost, and menu runs on without it");
        assertThat(tplctl(as, "qmp", "-l", "h1", "menu", "query-status")
                        .exits(0)
                        .out())
                .contains("\"running\": true");
    }

    @Test
    void asksWhichOfSeveralIsMeant() {
        assertThat(tplctl(ROOT, "qmp", "menu", "query-status").exits(5).err())
                .contains("menu runs on h0, h1; choose one with -l h0");
        assertThat(tplctl(ROOT, "qmp", "-l", "h1", "menu", "query-name")
                        .exits(0)
                        .out())
                .contains("\"name\": \"menu\"");
    }

    @Test
    void followsAVmThatMoved() {
        String mark = "/var/lib/tplctl/vms/menu.moved";
        fleet.on(
                0,
                "echo '{\"schema\":\"tplctl.move/v1\",\"name\":\"menu\",\"owner\":\"menu\",\"to\":\"h1\",\"uuid\":\"u\",\"id\":\"i\","
                        + "\"time\":\"2026-01-01T00:00:00Z\"}' >" + mark);
        try {
            TerminalRun run = console(ROOT, "h0", "await=Console of menu on h1", "type=\\x1d");
            run.exits(0);
        } finally {
            fleet.on(0, "rm " + mark);
        }
    }

    @Test
    void saysToBecomeWhereOnlyRootMayLook() {
        assertThat(tplctl(new String[] {"-u", "deploy"}, "console", "-l", "h0", "menu")
                        .exits(2)
                        .err())
                .contains("may not look at what tplctl keeps on h0", "-b");
        assertThat(tplctl(new String[] {"-u", "deploy"}, "status", "-l", "h0")
                        .exits(2)
                        .err())
                .contains("h0: ", "may not look at /var/lib/tplctl/vms; -b looks as root");
    }

    @Test
    void saysThatAHostCannotBeAsked() {
        fleet.lab.host(1).stopSshd();
        try {
            assertThat(tplctl(ROOT, "console", "other").exits(4).err())
                    .contains("no VM \"other\" on h0; not asked: h1: ");
            assertThat(tplctl(ROOT, "qmp", "menu", "query-status").exits(0).err())
                    .contains("tplctl: not asked: h1: ");
        } finally {
            fleet.lab.host(1).startSshd();
        }
    }
}
