package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.machine.GuestIdentity;
import tplctl.machine.GuestScripts;

/** What guests are told, in the shells that guests have; {@code /etc}, {@code /run}, D-Bus and the host name are the test's own. */
class GuestScriptsIT {
    private static final String ID = "0123456789ab4def8123456789abcdef";

    @TempDir
    Path dir;

    private Path etc;
    private PrivateMounts mounts;

    @BeforeEach
    void open() throws IOException {
        Bench bench = new Bench(Bench.DASH, Files.createDirectories(dir.resolve("scratch")));
        assumeThat(bench.run("unshare -m -u true && id -u").stdout())
                .as("needs root")
                .isEqualTo("0\n");
        etc = Files.createDirectories(dir.resolve("etc"));
        mounts = PrivateMounts.open(etc);
    }

    @AfterEach
    void close() throws IOException {
        mounts.close();
    }

    private ProbeOutput tell(List<String> shell, GuestIdentity identity, String before, String after) {
        List<String> argv = new ArrayList<>(List.of("unshare", "-u"));
        argv.addAll(shell);
        Sh script = Sh.of(
                "mount -t tmpfs none /run && mkdir -p /var/lib/dbus && mount -t tmpfs none /var/lib/dbus || exit 99\n{}\n(\n{}\n)\ne=$?\n[ $e = 0 ] || exit $e\n{}", // "|| exit" right behind it would switch its "set -e" off
                Sh.of(before),
                GuestScripts.become(identity, ID),
                Sh.of(after));
        return new Bench(mounts.shell(argv), dir.resolve("scratch")).run(script.script());
    }

    private void is(ProbeOutput out, String stdout) {
        assertThat(out.stderr()).isEmpty();
        assertThat(out.exit()).isZero();
        assertThat(out.stdout()).isEqualTo(stdout);
    }

    @Shells
    void setsTheHostNameAtOnceAndForLater(List<String> shell) throws IOException {
        Files.writeString(etc.resolve("hostname"), "debian\n");
        Files.writeString(
                etc.resolve("hosts"), "127.0.0.1\tlocalhost\n127.0.1.1\tdebian.old debian\n127.0.1.10 other\n");
        is(
                tell(shell, new GuestIdentity(Optional.of("web-1.example.org"), false), ":", "uname -n"),
                "web-1.example.org\n");
        assertThat(etc.resolve("hostname")).hasContent("web-1.example.org\n");
        assertThat(etc.resolve("hosts"))
                .hasContent("127.0.0.1\tlocalhost\n127.0.1.1 web-1.example.org web-1\n127.0.1.10 other\n");
        assertThat(etc).isDirectoryNotContaining("glob:**machine-id*").isDirectoryNotContaining("glob:**.tplctl");
    }

    @Shells
    void setsTheHostNameWhereNothingTellsOfOne(List<String> shell) throws IOException {
        is(tell(shell, new GuestIdentity(Optional.of("web-1"), false), ":", "uname -n"), "web-1\n");
        assertThat(etc.resolve("hostname")).hasContent("web-1\n");
        assertThat(etc.resolve("hosts")).doesNotExist();
    }

    @Shells
    void setsTheMachineIdAndStartsWhatReadItAgain(List<String> shell) throws IOException {
        Files.writeString(etc.resolve("machine-id"), "f".repeat(32) + "\n");
        Path systemctl = Files.writeString(
                Files.createDirectories(dir.resolve("bin")).resolve("systemctl"),
                "#!/bin/sh\necho \"$*\" >>" + dir
                        + "/log\n[ \"$1\" != is-active ] || [ \"$3\" = systemd-journald.service ]\n");
        Files.setPosixFilePermissions(systemctl, PosixFilePermissions.fromString("rwxr-xr-x"));
        is(
                tell(
                        shell,
                        new GuestIdentity(Optional.empty(), true),
                        "mkdir -p /run/systemd/system; echo old >/var/lib/dbus/machine-id; PATH="
                                + systemctl.getParent() + ":$PATH",
                        "cat /var/lib/dbus/machine-id; stat -c %a /etc/machine-id"),
                ID + "\n444\n");
        assertThat(etc.resolve("machine-id")).hasContent(ID + "\n");
        assertThat(dir.resolve("log")).hasContent("""
                        is-active --quiet systemd-journald.service
                        restart systemd-journald.service
                        is-active --quiet systemd-networkd.service
                        """);
    }

    @Shells
    void setsTheMachineIdOfASystemThatBootsForTheFirstTime(List<String> shell) throws IOException {
        Files.writeString(etc.resolve("machine-id"), "");
        is(
                tell(
                        shell,
                        new GuestIdentity(Optional.empty(), true),
                        "echo " + "e".repeat(32) + " >/run/machine-id && mount --bind /run/machine-id /etc/machine-id",
                        "cat /etc/machine-id; ls -A /var/lib/dbus"),
                ID + "\n");
        assertThat(etc.resolve("machine-id")).hasContent(ID + "\n");
    }

    @Shells
    void failsWithWhatTheGuestSaid(List<String> shell) {
        ProbeOutput out =
                tell(shell, new GuestIdentity(Optional.of("web-1"), true), "mount -o remount,bind,ro /etc", ":");
        assertThat(out.exit()).isNotZero();
        assertThat(out.stderr()).containsIgnoringCase("read-only file system");
        assertThat(etc).isEmptyDirectory();
    }
}
