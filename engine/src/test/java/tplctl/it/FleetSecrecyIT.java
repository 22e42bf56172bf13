package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tplctl.lab.HostSpec;
import tplctl.lab.Lab;

/** What can be learned of secrets that go to other hosts. */
class FleetSecrecyIT {
    private static final String SECRET = "s3cr3t-vlaue";

    /** Keeps the arguments of all processes that a host ever has, as far as one can see who looks again and again. */
    private static final String WATCH = """
            touch /mnt/watching
            setsid sh -c 'while [ -e /mnt/watching ]; do cat /proc/[0-9]*/cmdline; echo; done >/mnt/argv 2>/dev/null; touch /mnt/watched' \\
            </dev/null >/dev/null 2>&1 &""";

    @TempDir
    Path dir;

    @Test
    void noSecretIsInArgumentsOutputOrRecordsOfAnotherHost() {
        Tplctl.write(dir, "secrecy.yml", """
                - hosts: all
                  become: true
                  files:
                    key: { path: /mnt/key, content: "{{ secret }}\\n", mode: "0600" }
                  commands:
                    good:
                      run: 'cat /proc/[0-9]*/cmdline >/mnt/seen; sleep 1; : "$KEY" >/mnt/done'
                      env: { KEY: "{{ secret }}" }
                      creates: /mnt/done
                    bad: { run: 'exit 3', env: { KEY: "{{ secret }}" }, needs: commands.good }
                """);
        Path vars = Tplctl.write(dir, "vars.yml", "secret: " + SECRET + "\n");
        try (Fleet fleet = new Fleet(HostSpec.PLAIN.sudo(HostSpec.Sudo.WITH_PASSWORD))) {
            fleet.inventory(dir, "ansible_user: deploy", "ansible_become_password: " + Lab.PASSWORD);
            fleet.on(0, WATCH);
            String said = "";
            for (String[] how : new String[][] {
                {"plan", "--show-commands", "-vv"},
                {"apply", "-vvv", "-D"},
                {"apply", "-vvv", "-o", "ndjson"},
                {"apply", "-o", "json"}
            }) {
                String[] all = java.util.Arrays.copyOf(how, how.length + 5);
                System.arraycopy(
                        new String[] {"-i", "hosts.yml", "-e", "@" + vars, "secrecy.yml"}, 0, all, how.length, 5);
                Tplctl.Result result = Tplctl.run(dir, all);
                said += result.out() + result.err();
            }
            assertThat(said).contains("commands.bad").doesNotContain(Lab.PASSWORD);
            assertThat(said.lines().filter(line -> line.contains(SECRET)))
                    .as("only what -D shows of the file that holds it")
                    .allMatch(line -> line.startsWith("+") || line.strip().startsWith("+"));
            fleet.on(0, "rm /mnt/watching");
            Shell.await(
                    "the watching ends",
                    Duration.ofSeconds(30),
                    () -> fleet.on(0, "ls /mnt").contains("watched"));
            for (String seen : List.of("/mnt/seen", "/mnt/argv")) {
                assertThat(fleet.on(0, "tr '\\0' ' ' <" + seen))
                        .contains("sudo")
                        .doesNotContain(SECRET, Lab.PASSWORD);
            }
            assertThat(fleet.on(0, "tr '\\0' ' ' </mnt/argv")).contains("sleep 1");
            assertThat(fleet.on(0, "cat /mnt/key")).isEqualTo(SECRET);
            assertThat(fleet.on(
                            0,
                            "grep -rl -e " + SECRET + " -e '" + Lab.PASSWORD
                                    + "' /var/lib/tplctl /run/tplctl /home /root /mnt || :"))
                    .isEqualTo("/mnt/key");
        }
    }
}
