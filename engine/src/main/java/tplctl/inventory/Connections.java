package tplctl.inventory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.expr.Expressions;
import tplctl.expr.Scope;
import tplctl.login.Become;
import tplctl.login.Login;
import tplctl.login.Secret;
import tplctl.text.Node;
import tplctl.text.Scalar;

/**
 * From the variables of a host that tell of connections to what a connection is made by. The names are Ansible's
 * (lib/ansible/plugins/connection/ssh.py and become/sudo.py); where a host has two for one thing, the longer name wins, as there.
 * Other {@code ansible_*} variables are left alone, and plain {@code host}, {@code user} and {@code port} mean nothing: too many
 * playbooks use those words for things of their own.
 */
public final class Connections {
    static final String CONNECTION = "ansible_connection";
    private static final int MAX_PORT = 65535;
    private static final String COLLECTION = "ansible.builtin.";

    private final Inventory.Host host;
    private final Settings settings;
    private final Scope scope;
    private final Diagnostics errors;

    private Connections(Inventory.Host host, Settings settings, Scope scope, Diagnostics errors) {
        this.host = host;
        this.settings = settings;
        this.scope = scope;
        this.errors = errors;
    }

    /**
     * How a host is reached, and as whom.
     *
     * @param scopes without facts: those come from the host
     * @param extraVars the variables of {@code -e}, which win
     * @return empty when something is wrong, which is then among the errors
     */
    public static Optional<Connection> of(
            Inventory.Host host, Settings settings, Map<String, Node> extraVars, Scopes scopes, Diagnostics errors) {
        Inventory.Host complete = extraVars.isEmpty() ? host : host.with(extraVars);
        return new Connections(complete, settings, scopes.of(host.name()), errors).connection();
    }

    static boolean isLocal(String connection) {
        return connection.equals("local") || connection.equals(COLLECTION + "local");
    }

    private Optional<Connection> connection() {
        int before = errors.errorCount();
        Connection.Kind kind = kind();
        Connection connection = new Connection(kind, login(kind), become(), becomes());
        return errors.errorCount() > before ? Optional.empty() : Optional.of(connection);
    }

    private Connection.Kind kind() {
        Optional<Scalar> written = host.isImplicit() ? Optional.empty() : value(CONNECTION);
        if (written.isEmpty()) {
            boolean local = settings.connection().map(Connections::isLocal).orElse(false) || host.isLocal();
            return local ? Connection.Kind.LOCAL : Connection.Kind.SSH;
        }
        String name = written.get().text();
        if (isLocal(name)) {
            return Connection.Kind.LOCAL;
        }
        if (!name.equals("ssh") && !name.equals("smart") && !name.equals(COLLECTION + "ssh")) {
            errors.error(
                    written.get().at(),
                    "\"" + name + "\" is no kind of connection",
                    "there are ssh, local and smart, which is ssh");
        }
        return Connection.Kind.SSH;
    }

    private Login login(Connection.Kind kind) {
        SshArguments arguments = new SshArguments(errors);
        argument("ansible_ssh_args", "", Optional.empty(), arguments);
        argument("ansible_ssh_common_args", "--ssh-common-args", settings.sshCommonArgs(), arguments);
        argument("ansible_ssh_extra_args", "--ssh-extra-args", settings.sshExtraArgs(), arguments);
        Map<String, String> options = new LinkedHashMap<>(arguments.options);
        checkHostKeys(options);
        Optional<String> argumentPort = Optional.ofNullable(options.remove("port"));
        Optional<String> argumentUser = Optional.ofNullable(options.remove("user"));
        Optional<String> argumentHost = Optional.ofNullable(options.remove("hostname"));
        Optional<String> argumentTimeout = Optional.ofNullable(options.remove("connecttimeout"));
        List<String> keys = new ArrayList<>();
        text("ansible_private_key_file", "ansible_ssh_private_key_file")
                .or(settings::privateKey)
                .ifPresent(keys::add);
        keys.addAll(arguments.keys);
        Optional<Secret> password = password(kind);
        OptionalInt port = number(1, MAX_PORT, "a port", "ansible_port", "ansible_ssh_port");
        OptionalInt timeout = number(1, 86_400, "a number of seconds", "ansible_timeout", "ansible_ssh_timeout");
        OptionalInt retries = number(0, 1000, "a number of retries", "ansible_ssh_retries");
        return new Login(
                host.name(),
                text("ansible_host", "ansible_ssh_host").or(() -> argumentHost),
                port.isPresent() ? port : whole(argumentPort, "the port in the arguments of ssh", MAX_PORT),
                text("ansible_user", "ansible_ssh_user").or(settings::user).or(() -> argumentUser),
                password,
                keys,
                options,
                arguments.config,
                Duration.ofSeconds(
                        timeout.isPresent()
                                ? timeout.getAsInt()
                                : whole(
                                                settings.timeout().or(() -> argumentTimeout),
                                                "the time limit of connections",
                                                86_400)
                                        .orElse((int) Login.CONNECT_TIMEOUT.toSeconds())),
                retries.orElse(Login.RETRIES));
    }

    private void argument(String variable, String flag, Optional<String> otherwise, SshArguments arguments) {
        value(variable)
                .or(() -> otherwise.map(text -> new Scalar(text, false, new Position(flag, 1, 1), 0)))
                .ifPresent(arguments::add);
    }

    // A key that is not known is taken on, one that has changed never is; Ansible's "no" would take both.
    private void checkHostKeys(Map<String, String> options) {
        flag("ansible_host_key_checking", "ansible_ssh_host_key_checking")
                .filter(check -> !check)
                .ifPresent(no -> options.putIfAbsent("stricthostkeychecking", "accept-new"));
        options.computeIfPresent("stricthostkeychecking", (keyword, value) -> switch (value.toLowerCase(Locale.ROOT)) {
            case "no", "off", "false" -> "accept-new";
            default -> value.toLowerCase(Locale.ROOT);
        });
    }

    private Optional<Secret> password(Connection.Kind kind) {
        Optional<Scalar> written = value("ansible_password", "ansible_ssh_pass", "ansible_ssh_password");
        if (written.isPresent() && kind == Connection.Kind.SSH) {
            errors.warn(
                    written.get().at(),
                    "the password of " + host.name() + " is in the inventory",
                    "log in with a key, or give it with --connection-password-file");
        }
        return written.map(Scalar::text).map(Secret::new).or(settings::password);
    }

    private Become become() {
        value("ansible_become_method")
                .filter(method ->
                        !method.text().equals("sudo") && !method.text().equals(COLLECTION + "sudo"))
                .ifPresent(method -> errors.error(
                        method.at(), "\"" + method.text() + "\" is no way to become another user", "there is sudo"));
        Become root = Become.root();
        return new Become(
                text("ansible_become_user", "ansible_sudo_user")
                        .or(settings::becomeUser)
                        .orElse(root.user()),
                text("ansible_become_exe", "ansible_sudo_exe").orElse(root.exe()),
                value("ansible_become_password", "ansible_become_pass", "ansible_sudo_pass")
                        .map(Scalar::text)
                        .map(Secret::new)
                        .or(settings::becomePassword));
    }

    private boolean becomes() {
        return flag("ansible_become").orElse(settings.become());
    }

    /** The value of the last of some names that has one, evaluated. */
    private Optional<Scalar> value(String... names) {
        for (int i = names.length - 1; i >= 0; i--) {
            Optional<Node> written = host.variable(names[i]);
            if (written.isEmpty()) {
                continue;
            }
            int before = errors.errorCount();
            Node value = Expressions.resolve(written.get(), scope, errors);
            if (errors.errorCount() > before) {
                return Optional.empty();
            }
            if (value instanceof Scalar scalar) {
                if (!scalar.isNull() && !scalar.text().isEmpty()) {
                    return Optional.of(scalar);
                }
            } else {
                errors.error(value.at(), names[i] + " takes a text, not " + value.label(), "");
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private Optional<String> text(String... names) {
        return value(names).map(Scalar::text);
    }

    // The words that Ansible takes for a boolean (module_utils/parsing/convert_bool.py).
    private Optional<Boolean> flag(String... names) {
        return value(names).flatMap(value -> switch (value.text().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1", "y", "t", "1.0" -> Optional.of(true);
            case "false", "no", "off", "0", "n", "f", "0.0" -> Optional.of(false);
            default -> {
                errors.error(value.at(), names[0] + " takes true or false, not " + value.label(), "");
                yield Optional.empty();
            }
        });
    }

    private OptionalInt number(int least, int most, String what, String... names) {
        Optional<Scalar> value = value(names);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        String text = value.get().text();
        if (text.matches("[0-9]{1,6}") && Integer.parseInt(text) >= least && Integer.parseInt(text) <= most) {
            return OptionalInt.of(Integer.parseInt(text));
        }
        errors.error(
                value.get().at(),
                value.get().label() + " is not " + what,
                "a whole number from " + least + " to " + most);
        return OptionalInt.empty();
    }

    private OptionalInt whole(Optional<String> text, String what, int most) {
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        if (text.get().matches("[0-9]{1,6}")
                && Integer.parseInt(text.get()) >= 1
                && Integer.parseInt(text.get()) <= most) {
            return OptionalInt.of(Integer.parseInt(text.get()));
        }
        errors.error(arguments(), "\"" + text.get() + "\" is not " + what, "a whole number from 1 to " + most);
        return OptionalInt.empty();
    }

    private Position arguments() {
        return new Position("the arguments of ssh for " + host.name(), 1, 1);
    }
}
