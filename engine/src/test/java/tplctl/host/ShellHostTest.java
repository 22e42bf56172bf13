package tplctl.host;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract, kept by a host that is reached only through shells. */
@ParameterizedClass
@ValueSource(strings = {"dash", "bash", "busybox sh"})
final class ShellHostTest extends HostContract {
    private final String shell;

    ShellHostTest(String shell) {
        this.shell = shell;
    }

    @Override
    Host connect(Path lockDirectory) {
        return host(shell, lockDirectory);
    }

    static ShellHost host(String shell, Path lockDirectory) {
        Transport transport = new ProcessTransport("here");
        ShellHost.Settings settings = new ShellHost.Settings(
                shell, lockDirectory.toString(), Optional.empty(), Optional.empty(), Duration.ofSeconds(30));
        return new ShellHost(transport, new Sessions(transport), settings, transport::close);
    }
}
