package tplctl.host;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.login.Login;

/** Turns a {@link Login} and the user's ssh_config into an {@link SshTarget}. Each configuration is read once. */
final class SshTargets {
    private static final String SYSTEM_CONFIG = "/etc/ssh/ssh_config";
    private static final Duration ALIVE_INTERVAL = Duration.ofSeconds(15);
    private static final int ALIVE_COUNT = 3;
    private static final List<String> DEFAULT_KEYS = List.of("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa");
    private static final String DEFAULT_KNOWN_HOSTS = "~/.ssh/known_hosts";
    private static final String DEFAULT_GLOBAL_KNOWN_HOSTS = "/etc/ssh/ssh_known_hosts";
    private static final Pattern JUMP = Pattern.compile(
            "(?:ssh://)?(?:(?<user>[^@]+)@)?(?:\\[(?<v6>[^]]+)]|(?<host>[^:@/]+))(?::(?<port>\\d{1,5}))?/?");

    private final Path home;
    private final Map<String, String> environment;
    private final Consumer<String> notes;
    private final Map<String, SshConfig> configs = new ConcurrentHashMap<>();

    SshTargets(Path home, Map<String, String> environment, Consumer<String> notes) {
        this.home = home;
        this.environment = Map.copyOf(environment);
        this.notes = notes;
    }

    /** @throws HostUnreachableException when the settings are wrong, with words for their author */
    SshTarget of(Login login) {
        try {
            Map<String, List<String>> given = new HashMap<>();
            login.options().forEach((keyword, value) -> {
                String where = login.name() + ": option " + keyword;
                given.put(
                        keyword.toLowerCase(Locale.ROOT),
                        keyword.toLowerCase(Locale.ROOT).endsWith("command")
                                ? List.of(value)
                                : SshConfig.split(value, where));
            });
            login.port().ifPresent(port -> given.put("port", List.of(String.valueOf(port))));
            login.user().ifPresent(user -> given.put("user", List.of(user)));
            List<String> keys = new ArrayList<>(login.keys());
            keys.addAll(given.getOrDefault("identityfile", List.of()));
            if (!keys.isEmpty()) {
                given.put("identityfile", keys);
            }
            return target(login, given);
        } catch (SshConfig.MalformedException e) {
            throw new HostUnreachableException(login.name(), e.words());
        }
    }

    /** One server on the way to {@code target}; its settings are its own, from the same configuration. */
    SshTarget jump(SshTarget target, String place) {
        Matcher parts = JUMP.matcher(place);
        if (!parts.matches()) {
            throw new HostUnreachableException(
                    target.label(), "ProxyJump \"" + place + "\" should be of the form [user@]host[:port]");
        }
        String host = Optional.ofNullable(parts.group("v6")).orElseGet(() -> parts.group("host"));
        Map<String, List<String>> given = new HashMap<>();
        Optional.ofNullable(parts.group("user")).ifPresent(user -> given.put("user", List.of(user)));
        Optional.ofNullable(parts.group("port")).ifPresent(port -> given.put("port", List.of(port)));
        Login login = Login.to(host);
        try {
            return target(
                    new Login(
                            host,
                            Optional.empty(),
                            login.port(),
                            login.user(),
                            login.password(),
                            login.keys(),
                            login.options(),
                            target.config(),
                            target.connectTimeout(),
                            target.retries()),
                    given);
        } catch (SshConfig.MalformedException e) {
            throw new HostUnreachableException(host, e.words());
        }
    }

    private SshTarget target(Login login, Map<String, List<String>> given) {
        String original = login.address().orElse(login.name());
        Values values = new Values(login.name(), config(login).lookup(original, given));
        String localUser = environment.getOrDefault("USER", environment.getOrDefault("LOGNAME", "root"));
        String user = values.text("user").orElse(localUser);
        int port = values.number("port", SshTarget.DEFAULT_PORT, 65535);
        String hostName =
                values.text("hostname").orElse(original).replace("%h", original).replace("%%", "%");
        String alias = values.text("hostkeyalias").orElse("");
        String proxy = values.text("proxycommand").orElse("none");
        List<String> jumps = jumps(values.text("proxyjump").orElse("none"));
        // As ssh: whichever comes first shuts out the other, and of the two in one place, the jump.
        if (jumps.isEmpty() && !proxy.equalsIgnoreCase("none")) {
            throw new HostUnreachableException(
                    login.name(),
                    "ProxyCommand is not supported; ProxyJump is: write `ProxyJump [user@]host[:port]` in its place, "
                            + "or `ProxyCommand none`");
        }
        Map<Character, String> tokens = Map.of(
                '%',
                "%",
                'h',
                hostName,
                'n',
                original,
                'p',
                String.valueOf(port),
                'r',
                user,
                'u',
                localUser,
                'd',
                home.toString(),
                'k',
                alias.isEmpty() ? original : alias);
        List<String> keys = values.list("identityfile").stream()
                .filter(k -> !k.equalsIgnoreCase("none"))
                .toList();
        boolean explicit = !values.list("identityfile").isEmpty();
        return new SshTarget(
                login.name(),
                hostName,
                port,
                user,
                login.password(),
                alias.isEmpty() ? SshTarget.keyName(hostName, port) : alias,
                !alias.isEmpty(),
                jumps,
                paths(explicit ? keys : DEFAULT_KEYS, tokens),
                explicit,
                values.flag("identitiesonly"),
                agent(values, tokens),
                paths(values.listOr("userknownhostsfile", DEFAULT_KNOWN_HOSTS), tokens),
                paths(values.listOr("globalknownhostsfile", DEFAULT_GLOBAL_KNOWN_HOSTS), tokens),
                acceptsNew(values, login.name()),
                timeout(login, values),
                Duration.ofSeconds(values.number("serveraliveinterval", (int) ALIVE_INTERVAL.toSeconds(), 1 << 20)),
                values.number("serveralivecountmax", ALIVE_COUNT, 1 << 20),
                login.retries(),
                login.config());
    }

    private SshConfig config(Login login) {
        return configs.computeIfAbsent(login.config().orElse(""), file -> {
            SshConfig.Source source = new SshConfigFiles(home);
            if (file.isEmpty()) {
                return SshConfig.read(List.of(home + "/.ssh/config", SYSTEM_CONFIG), source, notes);
            }
            // ssh(1) of -F: "none" means that no configuration file is read.
            if (file.equals("none")) {
                return SshConfig.read(List.of(), source, notes);
            }
            String path = expanded(file, Map.of());
            if (source.read(path).isEmpty()) {
                throw new SshConfig.MalformedException("there is no ssh configuration file " + path);
            }
            return SshConfig.read(List.of(path), source, notes);
        });
    }

    private static List<String> jumps(String text) {
        return text.equalsIgnoreCase("none") ? List.of() : List.of(text.split("\\s*,\\s*"));
    }

    private static Duration timeout(Login login, Values values) {
        boolean decided = !login.connectTimeout().equals(Login.CONNECT_TIMEOUT)
                && !login.options().containsKey("connecttimeout");
        int seconds = values.number("connecttimeout", 0, 1 << 20);
        return decided || seconds == 0 ? login.connectTimeout() : Duration.ofSeconds(seconds);
    }

    private static boolean acceptsNew(Values values, String host) {
        String text = values.text("stricthostkeychecking").orElse("ask").toLowerCase(Locale.ROOT);
        return switch (text) {
            case "yes", "true", "ask" -> false;
            case "accept-new", "no", "false", "off" -> true;
            default ->
                throw new HostUnreachableException(
                        host, "StrictHostKeyChecking \"" + text + "\" should be yes or accept-new");
        };
    }

    private Optional<Path> agent(Values values, Map<Character, String> tokens) {
        String text = values.text("identityagent").orElse("SSH_AUTH_SOCK");
        if (text.equals("none")) {
            return Optional.empty();
        }
        String variable = text.equals("SSH_AUTH_SOCK") ? text : text.startsWith("$") ? text.substring(1) : "";
        return Optional.of(variable.isEmpty() ? expanded(text, tokens) : environment.getOrDefault(variable, ""))
                .filter(path -> !path.isEmpty())
                .map(Path::of);
    }

    private List<Path> paths(List<String> texts, Map<Character, String> tokens) {
        return texts.stream()
                .filter(text -> !text.equalsIgnoreCase("none"))
                .map(text -> Path.of(expanded(text, tokens)))
                .toList();
    }

    /** With {@code ~}, {@code ${VARIABLE}} and {@code %} tokens replaced; the last only where some are given. */
    private String expanded(String text, Map<Character, String> tokens) {
        String path = text.equals("~") || text.startsWith("~/") ? home + text.substring(1) : text;
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            int end = path.indexOf('}', i);
            if (c == '%' && i + 1 < path.length() && tokens.containsKey(path.charAt(i + 1))) {
                out.append(tokens.get(path.charAt(++i)));
            } else if (path.startsWith("${", i) && end > 0) {
                String variable = path.substring(i + 2, end);
                if (!environment.containsKey(variable)) {
                    throw new SshConfig.MalformedException(
                            text + ": there is no variable " + variable + " in the environment");
                }
                out.append(environment.get(variable));
                i = end;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    /** The values found for a host. */
    private record Values(String host, Map<String, List<String>> found) {
        Optional<String> text(String keyword) {
            return list(keyword).stream().findFirst();
        }

        List<String> list(String keyword) {
            return found.getOrDefault(keyword, List.of());
        }

        List<String> listOr(String keyword, String fallback) {
            return found.getOrDefault(keyword, List.of(fallback));
        }

        boolean flag(String keyword) {
            return text(keyword)
                    .map(t -> t.equalsIgnoreCase("yes") || t.equalsIgnoreCase("true"))
                    .orElse(false);
        }

        int number(String keyword, int fallback, int most) {
            Optional<String> text = text(keyword);
            if (text.isEmpty()) {
                return fallback;
            }
            try {
                int number = seconds(text.get());
                if (number >= 0 && number <= most) {
                    return number;
                }
            } catch (NumberFormatException | ArithmeticException e) {
                throw new SshConfig.MalformedException(wrong(keyword, text.get(), most));
            }
            throw new SshConfig.MalformedException(wrong(keyword, text.get(), most));
        }

        /** A number, or one with a unit of time, ssh_config's TIME FORMATS, of those that somebody waits for. */
        private static int seconds(String text) {
            int factor = text.endsWith("m") ? 60 : 1;
            boolean unit = text.endsWith("m") || text.endsWith("s");
            return Math.multiplyExact(factor, Integer.parseInt(unit ? text.substring(0, text.length() - 1) : text));
        }

        private String wrong(String keyword, String text, int most) {
            return "ssh setting " + keyword + " \"" + text + "\" for " + host + " should be a number from 0 to " + most;
        }
    }
}
