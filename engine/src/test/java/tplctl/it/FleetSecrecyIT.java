package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tplctl.lab.HostSpec;
import tplctl.lab.Lab;

/** What can be learned of secrets that go to other hosts. */
class FleetSecrecyIT {
    private static final String SECRET = "s3cr3t-vlaue";

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
                      run: 'cat /proc/[0-9]*/cmdline >/mnt/seen; : "$KEY" >/mnt/done'
                      env: { KEY: "{{ secret }}" }
                      creates: /mnt/done
                    bad: { run: 'exit 3', env: { KEY: "{{ secret }}" }, needs: commands.good }
                """);
        Path vars = Tplctl.write(dir, "vars.yml", "secret: " + SECRET + "\n");
        try (Fleet fleet = new Fleet(HostSpec.PLAIN.sudo(HostSpec.Sudo.WITH_PASSWORD))) {
            fleet.inventory(dir, "ansible_user: deploy", "ansible_become_password: " + Lab.PASSWORD);
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
            assertThat(fleet.on(0, "tr '\\0' ' ' </mnt/seen")).contains("sudo").doesNotContain(SECRET, Lab.PASSWORD);
            assertThat(fleet.on(0, "cat /mnt/key")).isEqualTo(SECRET);
            assertThat(fleet.on(
                            0,
                            "grep -rl -e " + SECRET + " -e '" + Lab.PASSWORD
                                    + "' /var/lib/tplctl /run/tplctl /home /root /mnt || :"))
                    .isEqualTo("/mnt/key");
        }
    }
}
