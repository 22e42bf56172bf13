package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The console and QMP of VMs on this machine: one with a guest that echoes, others that have not more than a firmware. */
@Timeout(900)
class ConsoleIT {
    private static final String LEAVES = "await=leaves it";
    private static final String LEAVE = "type=\\x1d";

    private static Machine before;
    private static int port;

    @TempDir
    static Path dir;

    @BeforeAll
    static void start() throws IOException {
        before = Machine.now();
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Tplctl.write(dir, "con.yml", """
                - hosts: localhost
                  images:
                    disk: { path: "%1$s/disk.qcow2", size: 64M }
                  vms:
                    con-guest:
                      machine:
                        ram: 96M
                        disk: disk
                        kernel: "%2$s"
                        initrd: "%3$s"
                        append: console=ttyS0 quiet mitigations=off no_timer_check
                      ready: { serial: GUEST-READY, timeout: 8m }
                    con-ends: { machine: { ram: 32M, disk: disk } }
                    con-telnet: { machine: { ram: 32M, disk: disk, serial: "telnet:127.0.0.1:%4$d,server=on,wait=off" } }
                    con-left: { machine: { ram: 32M, disk: disk, serial: "file:/dev/null" } }
                    con-off: { machine: { ram: 32M, disk: disk }, running: false, count: 2 }
                """.formatted(dir, Guest.kernel(), Guest.initrd(), port));
        tplctl("apply", "-q", "con.yml").exits(0);
    }

    @AfterAll
    static void stop() {
        tplctl("destroy", "--yes", "-q", "con.yml").exits(0);
        before.isAsBefore();
    }

    private static Tplctl.Result tplctl(String... arguments) {
        return Tplctl.run(dir, arguments);
    }

    private static TerminalRun console(String vm, String... steps) {
        return TerminalRun.of(dir, List.of(steps), "console", vm);
    }

    @Test
    void passesOnEveryKeyAndLeavesAtCtrlBracket() {
        TerminalRun run = console(
                "con-guest",
                LEAVES,
                "mode=",
                "type=typed-here\\r",
                "await=typed-here",
                "type=\\x03",
                "await=^C",
                "await=count ",
                LEAVE,
                "await=Left the console of con-guest");
        run.exits(0);
        assertThat(run.modes()).containsExactly("raw");
        assertThat(run.seen()).contains("Console of con-guest on localhost. Ctrl-] leaves it.");
        assertThat(Json.vm(Json.of(tplctl("status", "-o", "json").exits(0)), "con-guest")
                        .get("state")
                        .getAsString())
                .isEqualTo("running");
    }

    @Test
    void takesAnotherKeyToLeaveBy() {
        TerminalRun run = TerminalRun.of(
                dir,
                List.of("await=Ctrl-A leaves it", "type=\\x1d", "await=^]", "type=\\x01"),
                "console",
                "--escape",
                "^a",
                "con-guest",
                "con.yml");
        run.exits(0);
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
    void setsTheTerminalBackAtASignal(String signal, int exit) {
        TerminalRun run = console("con-guest", LEAVES, "mode=", "await=count ", "signal=" + signal);
        run.exits(exit);
        assertThat(run.modes()).containsExactly("raw");
    }

    @Test
    void setsTheTerminalBackWhenTheVmEnds() {
        String pid = Json.vm(Json.of(tplctl("status", "-o", "json").exits(0)), "con-ends")
                .get("pid")
                .getAsString();
        TerminalRun run = console("con-ends", LEAVES, "run=kill -KILL " + pid);
        run.exits(2);
        assertThat(run.seen()).contains("con-ends on localhost has ended");
        assertThat(tplctl("console", "con-ends").exits(2).err())
                .contains("con-ends on localhost is off", "tplctl apply");
        tplctl("apply", "-q", "con.yml").exits(0);
    }

    @Test
    void carriesWhatIsPipedThroughIt() {
        String seen = Shell.sh("cd " + dir + " && printf 'piped-\\035-here\\n' | " + Tplctl.ENGINE.resolve("bin/tplctl")
                + " console --linger 5 con-guest; echo exit $?");
        assertThat(seen).contains("piped-^]-here", "count ").endsWith("exit 0").doesNotContain("leaves");
    }

    @Test
    void saysThatAConsoleIsInUse() {
        TerminalRun run = console(
                "con-guest",
                LEAVES,
                "await=count ",
                "run=" + Tplctl.ENGINE.resolve("bin/tplctl") + " console con-guest </dev/null 2>" + dir
                        + "/second; [ $? = 2 ]",
                LEAVE);
        run.exits(0);
        assertThat(Shell.run("cat", dir.resolve("second").toString()))
                .contains("the console of con-guest on localhost is in use", "one at a time");
    }

    @Test
    void saysWhereAnotherSortOfConsoleIs() {
        assertThat(tplctl("console", "con-left").exits(2).err())
                .contains(
                        "the serial console of con-left on localhost is \"file,path=/dev/null\"; tplctl reaches one that listens");
    }

    @Test
    void speaksTelnetWhereTheConsoleDoes() {
        String program = Tplctl.ENGINE.resolve("bin/tplctl").toString();
        TerminalRun run = console(
                "con-telnet",
                LEAVES,
                "run=" + program + " console con-telnet </dev/null 2>" + dir + "/telnet; [ $? = 2 ]",
                "run=" + program + " qmp con-telnet system_reset",
                "await=SeaBIOS",
                LEAVE);
        run.exits(0);
        assertThat(run.seen()).contains("Console of con-telnet on localhost.").doesNotContain("\u00ff", "\ufffd");
        assertThat(Shell.run("cat", dir.resolve("telnet").toString()))
                .contains(
                        "the console of con-telnet on localhost is in use",
                        "somebody is connected to TCP port " + port);
    }

    @Test
    void saysWhichVmsThereAre() {
        assertThat(tplctl("console", "con-gest").exits(5).err())
                .isEqualTo("tplctl: no VM \"con-gest\" on localhost; did you mean \"con-guest\"?\n");
        assertThat(tplctl("console", "con-off").exits(5).err()).contains("is several VMs", "con-off-1, con-off-2");
        assertThat(tplctl("console", "con-off-1").exits(2).err()).contains("is defined, but was never up");
        assertThat(tplctl("console", "con.yml/x").exits(5).err()).contains("cannot be a VM's name");
        Tplctl.write(
                dir,
                "more.yml",
                "- hosts: localhost\n  vms: { con-new: { machine: { ram: 32M, disk: d } } }\n"
                        + "  images: { d: { path: \"" + dir + "/d.qcow2\", size: 1M } }\n");
        assertThat(tplctl("console", "con-new", "more.yml").exits(2).err()).contains("was not made yet on localhost");
    }

    @Test
    void printsWhatACommandReturns() {
        assertThat(tplctl("qmp", "con-guest", "query-status").exits(0).out())
                .startsWith("{\n  \"")
                .contains("\"status\": \"running\"");
        String plain = tplctl("qmp", "-o", "json", "con-guest", "query-status", "con.yml")
                .exits(0)
                .out();
        assertThat(plain.lines()).hasSize(1);
        assertThat(JsonParser.parseString(plain).getAsJsonObject().get("status").getAsString())
                .isEqualTo("running");
        String typed = "{\"command-line\": \"info name\"}";
        assertThat(tplctl("qmp", "con-guest", "human-monitor-command", typed)
                        .exits(0)
                        .out())
                .isEqualTo("con-guest\n");
        assertThat(tplctl("qmp", "--json", "con-guest", "human-monitor-command", typed)
                        .exits(0)
                        .out())
                .isEqualTo("\"con-guest\\r\\n\"\n");
        Tplctl.write(dir, "arguments.json", typed);
        assertThat(tplctl("qmp", "con-guest", "human-monitor-command", "@arguments.json")
                        .exits(0)
                        .out())
                .isEqualTo("con-guest\n");
    }

    @Test
    void tellsWhatTheEmulatorRefuses() {
        Tplctl.Result refused =
                tplctl("qmp", "con-guest", "device_del", "{\"id\": \"none\"}").exits(2);
        assertThat(refused.err()).contains("con-guest on localhost: QMP device_del: ", "'none'", "(DeviceNotFound)");
        assertThat(refused.out()).isEmpty();
        assertThat(tplctl("qmp", "con-guest", "query-sattus").exits(2).err())
                .contains("(CommandNotFound); did you mean \"query-status\"?");
        assertThat(tplctl("qmp", "con-guest", "device_del", "{\"id\": x}")
                        .exits(5)
                        .err())
                .contains("at line 1, column 8", "  {\"id\": x}\n         ^\n");
    }

    @Test
    void waitsForQmpAndSaysThatItIsBusy() throws IOException {
        Path socket = Path.of("/run/tplctl/vms/con-telnet/qmp.sock");
        try (SocketChannel other = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.connect(UnixDomainSocketAddress.of(socket));
            Shell.await(
                    "it is accepted",
                    Duration.ofSeconds(30),
                    () -> Shell.sh("grep -c ' 03 .*" + socket + "' /proc/net/unix")
                            .equals("1"));
            assertThat(tplctl("qmp", "--wait", "1", "con-telnet", "query-status")
                            .exits(2)
                            .err())
                    .contains("QMP was busy for 1 s", "one client at a time", "--wait");
            assertThat(Shell.sh("grep -c ' 0[23] .*" + socket + "' /proc/net/unix"))
                    .as("nobody queues")
                    .isEqualTo("1");
        }
        tplctl("qmp", "con-telnet", "query-status").exits(0);
    }

    @Test
    void neverContinuesAVmThatHandedItsStateOver() {
        String[] migrate = {"qmp", "con-left", "migrate", "{\"uri\": \"exec:cat >/dev/null\"}"};
        assertThat(tplctl(migrate).exits(2).err()).contains("migrate is not sent", "migrations", "--force");
        assertThat(tplctl("qmp", "--force", "con-left", "migrate", "{\"uri\": \"exec:cat >/dev/null\"}")
                        .exits(0)
                        .out())
                .isEqualTo("{}\n");
        Shell.await(
                "it has handed over",
                Duration.ofMinutes(2),
                () -> tplctl("qmp", "con-left", "query-status").out().contains("\"postmigrate\""));
        assertThat(tplctl("qmp", "con-left", "cont").exits(2).err())
                .contains("cont is not sent", "postmigrate", "both");
        assertThat(tplctl("qmp", "con-left", "human-monitor-command", "{\"command-line\": \"c\"}")
                        .exits(2)
                        .err())
                .contains("is not sent");
        tplctl("qmp", "--force", "con-left", "cont").exits(0);
        assertThat(tplctl("qmp", "con-left", "query-status").exits(0).out()).contains("\"running\": true");
    }
}
