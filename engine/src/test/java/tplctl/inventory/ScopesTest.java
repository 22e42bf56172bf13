package tplctl.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.expr.Expressions;
import tplctl.text.ListNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

class ScopesTest {
    private static final MemoryFiles FILES = new MemoryFiles()
            .with(
                    "hosts.yml",
                    "web:",
                    "  hosts: { w1.example.org: { own: 1 }, w2: { own: 2 } }",
                    "  vars:",
                    "    doubled: '{{ own }}{{ own }}'",
                    "    address: '{{ inventory_hostname }}:80'",
                    "    list: [a, '{{ own }}']",
                    "db: { hosts: { w2: } }",
                    "loop:",
                    "  hosts: { l1: { next: l2 }, l2: { next: l1 }, l3: { next: l4 }, l4: { end: there } }",
                    "  vars:",
                    "    a: '{{ b }}'",
                    "    b: '{{ a }}'",
                    "    chase: '{{ hostvars[next].chase }}'",
                    "    follow: '{{ hostvars[next].end }}'");

    private static String evaluated(String host, String expression, Diagnostics errors) {
        Scopes scopes = Scopes.withFacts(
                FILES.read("hosts.yml"),
                Map.of("extra", new Scalar("e", false, new Position("-e", 1, 1))),
                "/srv/plays",
                h -> Optional.of(new Scalar("facts of " + h.name(), false, new Position("facts", 1, 1))));
        Node value = Expressions.resolve(
                new Scalar(expression, false, new Position("p.yml", 1, 1)), scopes.of(host), errors);
        return value instanceof ListNode list
                ? list.items().stream().map(n -> ((Scalar) n).text()).toList().toString()
                : ((Scalar) value).text();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "w1.example.org;{{ inventory_hostname }};w1.example.org",
                "w1.example.org;{{ inventory_hostname_short }};w1",
                "w2;{{ group_names }};[db, web]",
                "w2;{{ group_names | join('+') }};db+web",
                "w2;{{ groups.web }};[w1.example.org, w2]",
                "w2;{{ groups['all'] | length }};6",
                "w2;{{ playbook_dir }}/x;/srv/plays/x",
                "w2;{{ extra }}{{ facts }};efacts of w2",
                "w2;{{ hostvars['w1.example.org'].doubled }};11",
                "w2;{{ hostvars['w1.example.org'].list }};[a, 1]",
                "w2;{{ hostvars['w1.example.org']['address'] | upper }};W1.EXAMPLE.ORG:80",
                "w2;{% for h in groups.web %}{{ hostvars[h].doubled }},{% endfor %};11,22,",
                "w2;{{ hostvars[groups.web[0]].address }};w1.example.org:80",
                "w2;{{ hostvars.w2.inventory_hostname }};w2",
                "l3;{{ follow }};there",
                "nobody;{{ inventory_hostname }}{{ group_names | length }};nobody0"
            })
    void anExpressionSees(String host, String expression, String value) {
        Diagnostics errors = new Diagnostics();
        assertThat(evaluated(host, expression, errors)).isEqualTo(value);
        assertThat(errors.sorted()).isEmpty();
    }

    @Test
    void aLoopOfVariablesNamesEveryPlace() {
        Diagnostics errors = new Diagnostics();
        evaluated("l1", "{{ a }}", errors);
        assertThat(MemoryFiles.shown(errors))
                .containsExactly("hosts.yml:11:8 a variable refers to itself: a → b → a | a at hosts.yml:11:8, b at"
                        + " hosts.yml:12:8");
    }

    @Test
    void aLoopThroughOtherHostsIsFoundAndAChainIsNone() {
        Diagnostics errors = new Diagnostics();
        evaluated("l1", "{{ chase }}", errors);
        assertThat(MemoryFiles.shown(errors))
                .singleElement()
                .asString()
                .startsWith("hosts.yml:13:12 a variable refers to itself: ");
        Diagnostics missing = new Diagnostics();
        evaluated("w2", "{{ hostvars.w3.own }}{{ hostvars.w2.onw }}", missing);
        assertThat(MemoryFiles.shown(missing))
                .satisfiesExactly(
                        e -> assertThat(e).contains("hostvars has no \"w3\" | did you mean \"w2\"?"),
                        e -> assertThat(e).contains("hostvars.w2 has no \"onw\" | did you mean \"own\"?"));
    }

    @Test
    void thousandsOfHostsAreNotCopiedForOneThatIsAsked() {
        Inventory inventory = new MemoryFiles()
                .with("hosts", "[web]", "w[00001:10000] own=1", "[web:vars]", "x={{ hostvars['w00001'].own }}")
                .read("hosts");
        Scopes scopes = Scopes.of(inventory, Map.of(), "");
        Diagnostics errors = new Diagnostics();
        long sum = 0;
        for (String host : inventory.all()) {
            Node value =
                    Expressions.resolve(new Scalar("{{ x }}", false, new Position("p", 1, 1)), scopes.of(host), errors);
            sum += Long.parseLong(((Scalar) value).text());
        }
        assertThat(sum).isEqualTo(10_000);
        assertThat(errors.sorted()).isEqualTo(List.of());
    }
}
