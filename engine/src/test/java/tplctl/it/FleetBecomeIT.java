package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tplctl.lab.HostSpec;
import tplctl.lab.Lab;

/** Work by way of a login user who is not root. */
class FleetBecomeIT {
    private static final int FREE = 0;
    private static final int ASKS = 1;
    private static final int FORBIDS = 2;

    /** Runs its arguments on a terminal and answers the first question there with what stands in a file. */
    private static final String ON_A_TERMINAL = """
            import os, pty, sys
            pid, fd = pty.fork()
            if pid == 0:
                os.execv(sys.argv[2], sys.argv[2:])
            seen, answered = b"", False
            while True:
                try:
                    piece = os.read(fd, 4096)
                except OSError:
                    break
                seen += piece
                if not answered and b"password: " in seen:
                    os.write(fd, open(sys.argv[1], "rb").read() + b"\\n")
                    answered = True
            os.write(1, seen)
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            """;

    private static Fleet fleet;

    @TempDir
    Path dir;

    @BeforeAll
    static void up() {
        fleet = new Fleet(
                HostSpec.PLAIN,
                HostSpec.PLAIN.sudo(HostSpec.Sudo.WITH_PASSWORD),
                HostSpec.PLAIN.sudo(HostSpec.Sudo.NOTHING));
    }

    @AfterAll
    static void down() {
        fleet.close();
    }

    @BeforeEach
    void write() {
        fleet.inventory(dir, "ansible_user: deploy");
        Tplctl.write(dir, "site.yml", """
                - hosts: all
                  become: true
                  directories:
                    ours: { path: /mnt/ours, mode: "0700" }
                    theirs: { path: /home/deploy/theirs, become: false }
                  files:
                    ours: { path: /mnt/ours/file, content: "ours" }
                """);
        Tplctl.write(dir, "password", Lab.PASSWORD);
        Tplctl.write(dir, "wrong", "hunter2");
    }

    @AfterEach
    void nothingIsLeft() {
        Tplctl.run(
                        dir,
                        "destroy",
                        "--yes",
                        "-q",
                        "-i",
                        "hosts.yml",
                        "-l",
                        "h0:h1",
                        "--become-pass-file",
                        "password",
                        "site.yml")
                .exits(0);
        for (int i = 0; i < 3; i++) {
            assertThat(
                            fleet.on(
                                    i,
                                    "find /mnt /home/deploy/theirs /var/lib/tplctl -xdev -mindepth 1 -not -type d 2>/dev/null || :"))
                    .isEmpty();
        }
    }

    private Tplctl.Result apply(int host, String... more) {
        String[] all = new String[5 + more.length];
        System.arraycopy(new String[] {"apply", "-i", "hosts.yml", "-l", "h" + host}, 0, all, 0, 5);
        System.arraycopy(more, 0, all, 5, more.length);
        String[] arguments = java.util.Arrays.copyOf(all, all.length + 1);
        arguments[all.length] = "site.yml";
        return Tplctl.run(dir, arguments);
    }

    private static void holdsOn(int host) {
        assertThat(fleet.on(host, "stat -c '%U %a' /mnt/ours /mnt/ours/file /home/deploy/theirs"))
                .isEqualTo("root 700\nroot 644\ndeploy 755");
    }

    @Test
    void becomesRootWhereSudoAsksForNothingAndStaysItselfWhereTold() {
        assertThat(apply(FREE).exits(0).out()).contains("h0 : ok=3 changed=3");
        holdsOn(FREE);
        assertThat(apply(FREE).exits(0).out()).contains("h0 : ok=3 changed=0");
    }

    @Test
    void takesThePasswordFromAFile() {
        apply(ASKS, "--become-password-file", "password").exits(0);
        holdsOn(ASKS);
    }

    @Test
    void takesThePasswordFromTheInventory() {
        fleet.inventory(dir, "ansible_user: deploy", "ansible_become_password: " + Lab.PASSWORD);
        apply(ASKS).exits(0);
        holdsOn(ASKS);
    }

    @Test
    void takesThePasswordFromTheTerminalWithoutShowingIt() {
        Path script = Tplctl.write(dir, "terminal.py", ON_A_TERMINAL);
        String tplctl = Tplctl.ENGINE.resolve("bin/tplctl").toString();
        String seen = Shell.run(
                        "python3",
                        script.toString(),
                        dir.resolve("password").toString(),
                        tplctl,
                        "apply",
                        "-K",
                        "-i",
                        dir.resolve("hosts.yml").toString(),
                        "-l",
                        "h1",
                        dir.resolve("site.yml").toString())
                .replaceAll("\u001b\\[[0-9;]*[A-Za-z]", "");
        assertThat(seen).contains("BECOME password: ", "h1 : ok=3").doesNotContain(Lab.PASSWORD);
        holdsOn(ASKS);
    }

    @Test
    void saysWhatIsWrongWithSudo() {
        assertThat(apply(ASKS).exits(2).err() + apply(ASKS).out())
                .contains("sudo wants a password of the login user deploy", "-K");
        Tplctl.Result wrong = apply(ASKS, "--become-password-file", "wrong").exits(2);
        assertThat(wrong.out() + wrong.err())
                .contains("the become password is wrong")
                .doesNotContain("hunter2");
        Tplctl.Result forbidden =
                apply(FORBIDS, "--become-password-file", "password").exits(2);
        assertThat(forbidden.out() + forbidden.err())
                .contains("the login user deploy may not become root", "sudoers")
                .doesNotContain(Lab.PASSWORD);
    }

    @Test
    void saysToBecomeWhenNothingWasSaid() {
        Tplctl.write(dir, "plain.yml", "- hosts: h0\n  directories:\n    ours: { path: /mnt/ours }\n");
        Tplctl.Result result =
                Tplctl.run(dir, "apply", "-i", "hosts.yml", "plain.yml").exits(2);
        assertThat(result.out() + result.err()).contains("use become (become: true, or -b)");
        Tplctl.run(dir, "plan", "-i", "hosts.yml", "plain.yml").exits(0);
    }
}
