package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tplctl.lab.HostSpec;
import tplctl.lab.Lab;
import tplctl.login.Become;

/** The contract, kept by hosts at the other end of an SSH connection. They share this machine's {@code /tmp}. */
@ParameterizedClass
@EnumSource
final class SshHostIT extends HostContract {
    /** Who logs in where. */
    enum Way {
        ROOT(HostSpec.PLAIN, "root"),
        SUDO_AND_BASH(HostSpec.PLAIN.sh(HostSpec.Sh.BASH), "deploy"),
        SUDO_AND_BUSYBOX(HostSpec.PLAIN.sh(HostSpec.Sh.BUSYBOX), "deploy");

        private final HostSpec spec;
        private final String user;

        Way(HostSpec spec, String user) {
            this.spec = spec;
            this.user = user;
        }
    }

    private static Optional<Lab> lab = Optional.empty();
    private static Optional<SshCase> user = Optional.empty();

    private final Way way;

    SshHostIT(Way way) {
        this.way = way;
    }

    @BeforeAll
    static void up() {
        HostSpec[] specs = new HostSpec[Way.values().length];
        for (Way each : Way.values()) {
            specs[each.ordinal()] = each.spec;
        }
        Lab hosts = Lab.up(specs);
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
        String address = lab.orElseThrow().host(way.ordinal()).address();
        Transport transport = user.orElseThrow().connect(SshCase.login(address, "user", way.user));
        ShellHost.Settings settings = new ShellHost.Settings(
                "sh",
                lockDirectory.toString(),
                way.user.equals("root") ? Optional.empty() : Optional.of(Become.root()),
                Optional.empty(),
                ShellHost.Settings.ANSWER_LIMIT);
        return new ShellHost(transport, new Sessions(transport), settings, transport::close);
    }

    @Test
    void actsAsRootOnTheHost() {
        try (Host host = connect(directory)) {
            assertThat(host.query("id -un; hostname", LIMIT).stdout()).isEqualTo("root\nh" + way.ordinal() + "\n");
        }
    }
}
