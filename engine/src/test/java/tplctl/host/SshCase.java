package tplctl.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import tplctl.lab.Lab;
import tplctl.login.Login;
import tplctl.login.Secret;

/** A user of a lab: a home directory with a {@code .ssh}, and connections. */
final class SshCase implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(20);

    final Path home;
    final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final SshConnections connections;

    private SshCase(Path home, Map<String, String> environment, Passphrases passphrases) {
        this.home = home;
        this.connections = new SshConnections(home, environment, passphrases, log::add);
    }

    /** Knows the lab's hosts and logs in as root with its key, unless {@code config}, which comes first, says otherwise. */
    static SshCase of(Lab lab, String config) {
        return of(lab, config, Map.of(), Passphrases.none());
    }

    static SshCase of(Lab lab, String config, Map<String, String> environment, Passphrases passphrases) {
        try {
            Path home = Files.createTempDirectory(lab.directory(), "home");
            Files.createDirectory(home.resolve(".ssh"));
            Files.copy(lab.knownHosts(), home.resolve(".ssh/known_hosts"));
            Files.writeString(
                    home.resolve(".ssh/config"), config + "\nHost *\nUser root\nIdentityFile " + lab.key() + "\n");
            return new SshCase(home, environment, passphrases);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path knownHosts() {
        return home.resolve(".ssh/known_hosts");
    }

    Transport connect(String address) {
        return connections.connect(Login.to(address));
    }

    Transport connect(Login login) {
        return connections.connect(login);
    }

    /** A login that is given these ssh_config options. */
    static Login login(String address, String... options) {
        return login(address, Optional.empty(), options);
    }

    static Login login(String address, Optional<Secret> password, String... options) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            all.put(options[i], options[i + 1]);
        }
        return new Login(
                address,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                password,
                List.of(),
                all,
                Optional.empty(),
                Login.CONNECT_TIMEOUT,
                Login.RETRIES);
    }

    /** What a command prints. */
    static String run(Transport transport, String command) {
        try (Transport.Running running = transport.start(command)) {
            running.in().close();
            return new String(running.out().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        connections.close();
    }
}
