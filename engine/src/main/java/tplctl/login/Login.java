package tplctl.login;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a host is reached over SSH. What is empty here is looked up in the user's ssh_config(5), and then has OpenSSH's default.
 *
 * @param name the host's name in the inventory
 * @param address what is connected to instead of {@code name}; it is also what {@code Host} lines of ssh_config are matched with
 * @param keys private key files, tried in this order, before those of ssh_config
 * @param options settings by their ssh_config(5) keyword in lower case, such as {@code proxyjump} or {@code userknownhostsfile};
 *     they win over ssh_config
 * @param config the file that is read instead of {@code ~/.ssh/config}
 * @param connectTimeout for the connection and the login together
 * @param retries how many more times a connection is tried that failed for reasons that may pass
 */
public record Login(
        String name,
        Optional<String> address,
        OptionalInt port,
        Optional<String> user,
        Optional<Secret> password,
        List<String> keys,
        Map<String, String> options,
        Optional<String> config,
        Duration connectTimeout,
        int retries) {
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    public static final int RETRIES = 3;

    public Login {
        keys = List.copyOf(keys);
        options = Map.copyOf(options);
    }

    /** A host of which nothing but its name is known. */
    public static Login to(String name) {
        return new Login(
                name,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Map.of(),
                Optional.empty(),
                CONNECT_TIMEOUT,
                RETRIES);
    }
}
