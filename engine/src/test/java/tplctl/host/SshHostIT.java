package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;
import tplctl.lab.HostSpec;
import tplctl.lab.Lab;
import tplctl.login.Become;

/** The contract, kept by hosts at the other end of an SSH connection. They share this machine's {@code /tmp}. */
@ParameterizedClass
@CsvSource({"0, root", "1, deploy", "2, deploy"})
final class SshHostIT extends HostContract {
    private static Optional<Lab> lab = Optional.empty();
    private static Optional<SshCase> user = Optional.empty();

    private final int number;
    private final String login;

    /** @param login root, or who becomes root by sudo */
    SshHostIT(int number, String login) {
        this.number = number;
        this.login = login;
    }

    @BeforeAll
    static void up() {
        Lab hosts = Lab.up(HostSpec.PLAIN, HostSpec.PLAIN.sh(HostSpec.Sh.BASH), HostSpec.PLAIN.sh(HostSpec.Sh.BUSYBOX));
        lab = Optional.of(hosts);
        user = Optional.of(SshCase.of(hosts, ""));
    }

    @AfterAll
    static void down() {
        user.ifPresent(SshCase::close);
        lab.ifPresent(Lab::close);
    }

    @Override
    Host connect(Path lockDirectory) {
        String address = lab.orElseThrow().host(number).address();
        Transport transport = user.orElseThrow().connect(SshCase.login(address, "user", login));
        ShellHost.Settings settings = new ShellHost.Settings(
                "sh",
                lockDirectory.toString(),
                login.equals("root") ? Optional.empty() : Optional.of(Become.root()),
                Optional.empty(),
                ShellHost.Settings.ANSWER_LIMIT);
        return new ShellHost(transport, new Sessions(transport), settings, transport::close);
    }

    @Override
    String lockDirectoryMode() {
        return login.equals("root") ? "rwx------" : "rwx--x--x";
    }

    @Test
    void actsAsRootOnTheHost() {
        try (Host host = connect(directory)) {
            assertThat(host.query("id -un; hostname", LIMIT).stdout()).isEqualTo("root\nh" + number + "\n");
        }
    }
}
