package tplctl.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.login.Become;
import tplctl.login.Login;
import tplctl.login.Secret;
import tplctl.text.Node;
import tplctl.text.Scalar;

class ConnectionsTest {
    private static final Settings SETTINGS = new Settings(
            Optional.of("cli-user"),
            Optional.of("cli-key"),
            Optional.of("ssh"),
            Optional.of("7"),
            Optional.of("-J cli-bastion"),
            Optional.of("-o Compression=yes"),
            Optional.of(new Secret("cli-login")),
            true,
            Optional.of("cli-become"),
            Optional.of(new Secret("cli-sudo")));

    private final Diagnostics errors = new Diagnostics();

    private Optional<Connection> connection(Settings settings, Map<String, Node> extraVars, String... vars) {
        String[] lines = new String[vars.length + 4];
        lines[0] = "all:";
        lines[1] = "  hosts:";
        lines[2] = "    h:";
        lines[3] = "      none: ''";
        for (int i = 0; i < vars.length; i++) {
            lines[i + 4] = "      " + vars[i];
        }
        Inventory inventory = new MemoryFiles().with("hosts.yml", lines).read("hosts.yml");
        Inventory.Host host = Optional.ofNullable(inventory.hosts().get("h")).orElseThrow();
        return Connections.of(host, settings, extraVars, Scopes.of(inventory, extraVars, ""), errors);
    }

    private Connection connection(String... vars) {
        return connection(Settings.none(), Map.of(), vars)
                .orElseThrow(() -> new AssertionError(errors.sorted().toString()));
    }

    @Test
    void ofAHostWithoutVariablesNothingIsSaid() {
        Connection connection = connection();
        assertThat(connection).isEqualTo(new Connection(Connection.Kind.SSH, Login.to("h"), Become.root(), false));
        assertThat(errors.sorted()).isEmpty();
    }

    @Test
    void everyVariableCounts() {
        Connection connection = connection(
                "ansible_host: '{{ net }}.5'",
                "net: 10.0.0",
                "ansible_port: 2222",
                "ansible_user: operator",
                "ansible_ssh_private_key_file: ~/.ssh/id_h",
                "ansible_ssh_args: -C -o ControlMaster=auto -o ControlPersist=60s",
                "ansible_ssh_common_args: '-J bastion -o \"UserKnownHostsFile /tmp/k h\" -i second'",
                "ansible_ssh_extra_args: '-oServerAliveInterval=5 -F /etc/ssh/other -J ignored'",
                "ansible_ssh_retries: 0",
                "ansible_timeout: 30",
                "ansible_become: yes",
                "ansible_become_user: qemu",
                "ansible_become_exe: /usr/local/bin/sudo",
                "ansible_become_method: sudo",
                "ansible_become_password: hush",
                "ansible_python_interpreter: /usr/bin/python3",
                "ansible_shell_type: sh");
        assertThat(connection.login())
                .isEqualTo(new Login(
                        "h",
                        Optional.of("10.0.0.5"),
                        OptionalInt.of(2222),
                        Optional.of("operator"),
                        Optional.empty(),
                        List.of("~/.ssh/id_h", "second"),
                        Map.of("proxyjump", "bastion", "userknownhostsfile", "/tmp/k h", "serveraliveinterval", "5"),
                        Optional.of("/etc/ssh/other"),
                        Duration.ofSeconds(30),
                        0));
        assertThat(connection.become())
                .isEqualTo(new Become("qemu", "/usr/local/bin/sudo", Optional.of(new Secret("hush"))));
        assertThat(connection.becomes()).isTrue();
        assertThat(errors.sorted()).isEmpty();
    }

    @Test
    void theCommandLineIsBelowTheInventoryAndExtraVarsAreAbove() {
        Connection bare = connection(SETTINGS, Map.of()).orElseThrow();
        assertThat(bare.login().user()).contains("cli-user");
        assertThat(bare.login().keys()).containsExactly("cli-key");
        assertThat(bare.login().connectTimeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(bare.login().options()).isEqualTo(Map.of("proxyjump", "cli-bastion"));
        assertThat(bare.login().password()).contains(new Secret("cli-login"));
        assertThat(bare.become()).isEqualTo(new Become("cli-become", "sudo", Optional.of(new Secret("cli-sudo"))));
        assertThat(bare.becomes()).isTrue();

        Node root = new Scalar("root", true, new Position("-e", 1, 1));
        Connection said = connection(
                        SETTINGS,
                        Map.of("ansible_become_user", root),
                        "ansible_user: u",
                        "ansible_become: false",
                        "ansible_ssh_common_args: -J inventory",
                        "ansible_become_user: low")
                .orElseThrow();
        assertThat(said.login().user()).contains("u");
        assertThat(said.login().options()).isEqualTo(Map.of("proxyjump", "inventory"));
        assertThat(said.become().user()).isEqualTo("root");
        assertThat(said.becomes()).isFalse();
    }

    @Test
    void ofTwoNamesForOneThingTheLongerWins() {
        Login login = connection(
                        "ansible_user: a",
                        "ansible_ssh_user: b",
                        "ansible_host: c",
                        "ansible_ssh_host: d",
                        "ansible_ssh_port: 5")
                .login();
        assertThat(login.user()).contains("b");
        assertThat(login.address()).contains("d");
        assertThat(login.port()).hasValue(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ansible_host_key_checking: false",
                "ansible_ssh_host_key_checking: no",
                "ansible_ssh_common_args: -o StrictHostKeyChecking=no",
                "ansible_ssh_common_args: -o StrictHostKeyChecking=accept-new"
            })
    void withoutKeyCheckingNewKeysAreTakenOn(String variable) {
        assertThat(connection(variable).login().options()).containsEntry("stricthostkeychecking", "accept-new");
    }

    @ParameterizedTest
    @CsvSource({"local,LOCAL", "ssh,SSH", "smart,SSH", "ansible.builtin.local,LOCAL"})
    void aConnectionHasAKind(String name, Connection.Kind kind) {
        assertThat(connection("ansible_connection: " + name).kind()).isEqualTo(kind);
    }

    @Test
    void localhostIsReachedWithoutSshUnlessItIsToldOtherwise() {
        Inventory inventory = new MemoryFiles()
                .with("hosts", "h", "[all:vars]", "ansible_connection=ssh")
                .read("hosts");
        Inventory.Host localhost =
                Optional.ofNullable(inventory.hosts().get("localhost")).orElseThrow();
        Optional<Connection> connection =
                Connections.of(localhost, Settings.none(), Map.of(), Scopes.of(inventory, Map.of(), ""), errors);
        assertThat(connection.map(Connection::kind)).contains(Connection.Kind.LOCAL);
    }

    @Test
    void portAndUserInArgumentsCountWhereVariablesSayNothing() {
        Login login = connection("ansible_ssh_common_args: -p 2200 -l jim -o ConnectTimeout=3 -4Aqtt")
                .login();
        assertThat(login.port()).hasValue(2200);
        assertThat(login.user()).contains("jim");
        assertThat(login.connectTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(login.options()).isEqualTo(Map.of("addressfamily", "inet", "forwardagent", "yes"));
    }

    @Test
    void aPasswordIsTakenWithAWarningThatDoesNotShowIt() {
        assertThat(connection("ansible_password: hush").login().password()).contains(new Secret("hush"));
        assertThat(MemoryFiles.shown(errors))
                .containsExactly(
                        "hosts.yml:5:25 the password of h is in the inventory | log in with a key, or give it with"
                                + " --connection-password-file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ansible_port: ssh | hosts.yml:5:21 \"ssh\" is not a port",
                "ansible_port: 70000 | hosts.yml:5:21 \"70000\" is not a port",
                "ansible_connection: winrm | hosts.yml:5:27 \"winrm\" is no kind of connection",
                "ansible_become_method: su | hosts.yml:5:30 \"su\" is no way to become another user",
                "ansible_become: maybe | hosts.yml:5:23 ansible_become takes true or false, not \"maybe\"",
                "ansible_ssh_common_args: -J b -Q x | hosts.yml:5:37 the option \"-Q\" of ssh is not understood",
                "ansible_ssh_common_args: -o ProxyJmp=b | hosts.yml:5:35 ssh_config has no option \"ProxyJmp\"",
                "ansible_ssh_common_args: -o 'ProxyJump=b | hosts.yml:5:35 this quote is never closed",
                "ansible_ssh_extra_args: bastion | hosts.yml:5:31 \"bastion\" is no option of ssh",
                "ansible_ssh_extra_args: -J | hosts.yml:5:31 -J takes a value",
                "ansible_host: '{{ nowhere }}' | hosts.yml:5:25 undefined variable \"nowhere\"",
                "ansible_host: '{{ facts.ip }}' | hosts.yml:5:25 undefined variable \"facts\"",
                "ansible_user: [a] | hosts.yml:5:21 ansible_user takes a text, not a list",
                "ansible_ssh_retries: -1 | hosts.yml:5:28 \"-1\" is not a number of retries"
            })
    void whatIsWrongHasItsPlace(String variable, String message) {
        assertThat(connection(Settings.none(), Map.of(), variable)).isEmpty();
        assertThat(MemoryFiles.shown(errors)).singleElement().asString().startsWith(message);
    }
}
