package tplctl.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.text.Scalar;

class InventoryReaderTest {
    private final MemoryFiles files = new MemoryFiles();

    private static String vars(Inventory inventory, String host) {
        Map<String, String> shown = new TreeMap<>();
        Optional.ofNullable(inventory.hosts().get(host))
                .orElseThrow()
                .vars()
                .forEach((k, v) -> shown.put(k, v instanceof Scalar s ? s.text() + (s.plain() ? "" : "'") : v.label()));
        return shown.toString();
    }

    @Test
    void readsYamlWithNestedGroupsRangesAndVariables() {
        Inventory inventory = files.with(
                        "hosts.yml",
                        "all:",
                        "  hosts: { lonely: { x: 1 } }",
                        "  vars: { x: all, y: all }",
                        "  children:",
                        "    web:",
                        "      hosts: { 'w[08:10]': { ansible_port: 22 }, 'x[a:c:2]-[1:9:4].org': }",
                        "      vars: { x: web }",
                        "      children: { deep: }",
                        "deep: { hosts: 'w09', vars: { x: deep } }",
                        "empty: {}")
                .read("hosts.yml");
        assertThat(inventory.all())
                .containsExactly(
                        "lonely",
                        "w08",
                        "w09",
                        "w10",
                        "xa-1.org",
                        "xa-5.org",
                        "xa-9.org",
                        "xc-1.org",
                        "xc-5.org",
                        "xc-9.org");
        assertThat(vars(inventory, "lonely")).isEqualTo("{x=1, y=all}");
        assertThat(vars(inventory, "w08")).isEqualTo("{ansible_port=22, x=web, y=all}");
        assertThat(vars(inventory, "w09")).isEqualTo("{ansible_port=22, x=deep, y=all}");
        assertThat(inventory.members().get("ungrouped")).containsExactly("lonely");
        assertThat(inventory.members().get("deep")).containsExactly("w09");
        assertThat(inventory.members().get("web")).hasSize(9);
        assertThat(inventory.members().get("empty")).isEmpty();
    }

    @Test
    void readsIniWithOneRuleForTypes() {
        Inventory inventory = files.with(
                        "hosts",
                        "; hosts of no group come first",
                        "lonely:2222   a=1 b='1' c=\"two words\" d=x#y e='\"5\"' # a comment",
                        "[web]  # with a comment",
                        "w[1:2] ansible_host=10.0.0.1",
                        "[a:c].example.org",
                        "[2001:db8::1]:23",
                        "[web:vars]",
                        "a = 1",
                        "f = '-o ProxyCommand=\"ssh -W %h:%p b\"'",
                        "g = plain words  # a comment",
                        "h=",
                        "[top:children]",
                        "web",
                        "[top:vars]",
                        "a=top")
                .read("hosts");
        assertThat(vars(inventory, "lonely")).isEqualTo("{a=1, ansible_port=2222, b=1', c=two words', d=x#y, e=5'}");
        assertThat(vars(inventory, "w2"))
                .isEqualTo("{a=1, ansible_host=10.0.0.1, f=-o ProxyCommand=\"ssh -W %h:%p b\"', g=plain words, h=}");
        assertThat(vars(inventory, "2001:db8::1")).startsWith("{a=1, ansible_port=23,");
        assertThat(inventory.members().get("top"))
                .containsExactly("w1", "w2", "a.example.org", "b.example.org", "c.example.org", "2001:db8::1");
        Scalar port = (Scalar) Optional.ofNullable(inventory.hosts().get("lonely"))
                .orElseThrow()
                .variable("a")
                .orElseThrow();
        assertThat(port.at()).isEqualTo(new Position("hosts", 2, 17));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hosts|all:",
                "hosts|---",
                "hosts|web: {hosts: {h: }}",
                "hosts|{\"web\": {\"hosts\": {\"h\": null}}}",
                "hosts.json|web: {hosts: {h: }}"
            })
    void tellsYamlByNameOrFirstLine(String name, String text) {
        assertThat(files.with(name, "# a comment", "", text).errors(name)).isEmpty();
        assertThat(files.with(name, "# a comment", text).read(name).all())
                .isEqualTo(text.contains("h") ? List.of("h") : List.of("localhost"));
    }

    @Test
    void readsAllSourcesOfADirectoryInNameOrder() {
        Inventory inventory = files.with("inv/20.ini", "h x=ini y=1")
                .with("inv/10.yml", "all: { hosts: { h: { x: yaml, z: 1 } } }")
                .with("inv/sub/more", "deep")
                .with("inv/.hidden", "hidden")
                .with("inv/old.bak", "old")
                .with("inv/notes.md", "notes")
                .with("inv/group_vars/all/10.yml", "g: 1")
                .with("inv/group_vars/all/20", "g: 2")
                .with("inv/group_vars/all/sub/x.json", "{\"j\": true}")
                .with("inv/group_vars/all/.x.yml", "g: 4")
                .with("inv/group_vars/all/x.txt", "g: 5")
                .with("inv/host_vars/h.yaml", "y: 2")
                .with("inv/host_vars/other.yml", "not: [read")
                .read("inv");
        assertThat(inventory.all()).containsExactly("h", "deep");
        assertThat(vars(inventory, "h")).isEqualTo("{g=2, j=true, x=ini, y=2, z=1}");
    }

    @Test
    void ordersVariablesByGroupAndThenByPlace() {
        Inventory inventory = files.with(
                        "i/hosts",
                        "[web]",
                        "h",
                        "[web:vars]",
                        "a=file",
                        "b=file",
                        "c=file",
                        "[all:vars]",
                        "a=all",
                        "d=all")
                .with("i/group_vars/web.yml", "{b: inventory, c: inventory}")
                .with("p/group_vars/web.yml", "c: playbook")
                .with("p/group_vars/all.yml", "{a: low, b: low, c: low, e: low}")
                .with("p/host_vars/h.yml", "e: host")
                .besidePlaybook("p")
                .read("i/hosts");
        assertThat(vars(inventory, "h")).isEqualTo("{a=file, b=inventory, c=playbook, d=all, e=host}");
        assertThat(Explanation.of(
                        Optional.ofNullable(inventory.hosts().get("h")).orElseThrow(), Map.of()))
                .extractingByKey("c")
                .satisfies(origins -> assertThat(origins)
                        .extracting(o -> o.level() + " " + o.value().at().file())
                        .containsExactly(
                                "group web p/group_vars/web.yml",
                                "group web i/group_vars/web.yml",
                                "group web i/hosts",
                                "group all p/group_vars/all.yml"));
    }

    @Test
    void laterSourcesWinAndListsNameHosts() {
        Inventory inventory = files.with("a.ini", "[web]", "h x=1 y=1")
                .with("b.yml", "web: { hosts: { h: { x: 2 } } }")
                .read("a.ini", "b.yml", "n[1:2],h,localhost");
        assertThat(vars(inventory, "h")).isEqualTo("{x=2, y=1}");
        assertThat(inventory.all()).containsExactly("h", "n1", "n2", "localhost");
        assertThat(inventory.members().get("ungrouped")).containsExactly("n1", "n2", "localhost");
    }

    @Test
    void localhostIsThereWithWhatAllSay() {
        Inventory inventory = files.with("i/hosts", "h", "[all:vars]", "x=1", "ansible_connection=ssh")
                .read("i/hosts");
        assertThat(inventory.all()).containsExactly("h");
        assertThat(vars(inventory, "localhost")).contains("x=1");
        assertThat(Optional.ofNullable(inventory.hosts().get("localhost"))
                        .orElseThrow()
                        .isLocal())
                .isTrue();
    }

    @Test
    void hostsOfAPlayAreInAll() {
        Inventory inventory =
                files.with("i/hosts", "h", "[all:vars]", "x=1").read("i/hosts").with("new", Map.of());
        assertThat(vars(inventory, "new")).isEqualTo("{x=1}");
        assertThat(inventory.members().get("ungrouped")).containsExactly("h", "new");
        assertThat(inventory.all()).containsExactly("h", "new");
    }

    @Test
    void readsWhatAProgramPrints() {
        Inventory inventory = files.with(
                        "inv.py --list",
                        "{\"web\": {\"hosts\": [\"a\", \"b\"], \"vars\": {\"x\": 1}, \"children\": [\"sub\"]},",
                        " \"sub\": [\"c\"], \"_meta\": {\"hostvars\": {\"a\": {\"y\": \"2\"}, \"unknown\": {}}}}")
                .read("inv.py");
        assertThat(inventory.members().get("web")).containsExactly("a", "b", "c");
        assertThat(vars(inventory, "a")).isEqualTo("{x=1, y=2'}");
        assertThat(vars(inventory, "c")).isEqualTo("{x=1}");
    }

    @Test
    void asksAProgramForEachHostWhenItPrintsNoMeta() {
        Inventory inventory = files.with("inv.py --list", "{\"web\": [\"a\", \"b\"]}")
                .with("inv.py --host a", "{\"y\": 1}")
                .with("inv.py --host b", "{}")
                .read("inv.py");
        assertThat(vars(inventory, "a")).isEqualTo("{y=1}");
    }

    @Test
    void siblingsMayAgreeOrBeOverruledOrHavePriority() {
        String groups = "a: { hosts: { h: }, vars: { x: 1 } }";
        assertThat(files.with("h.yml", groups, "b: { hosts: { h: }, vars: { x: 1 } }")
                        .errors("h.yml"))
                .isEmpty();
        assertThat(files.with("h.yml", groups, "b: { hosts: { h: { x: 3 } }, vars: { x: 2 } }")
                        .errors("h.yml"))
                .isEmpty();
        assertThat(files.with(
                                "h.yml",
                                groups,
                                "b: { vars: { x: 2 }, children: { c: } }",
                                "a2: { children: { c: } }",
                                "c: { hosts: { h: }, vars: { x: 3 } }")
                        .errors("h.yml"))
                .singleElement()
                .asString()
                .startsWith(
                        "h.yml:4:32 the groups a and c give host h different values of \"x\" | the other is at h.yml:1:32;");
        Inventory decided = files.with(
                        "h.yml", groups, "b: { hosts: { h: }, vars: { x: 2, ansible_group_priority: 10 } }")
                .read("h.yml");
        assertThat(vars(decided, "h")).contains("x=2");
        Diagnostics none = new Diagnostics();
        files.with("h.yml", groups, "b: { hosts: { h: }, vars: { x: 2 } }");
        InventoryReader.read(List.of("h.yml"), Optional.empty(), java.util.Set.of("x"), files, none);
        assertThat(none.hasErrors()).isFalse();
    }

    @Test
    void aGroupBelowBothDecides() {
        Inventory inventory = files.with(
                        "h.yml",
                        "a: { vars: { x: 1 }, children: { c: } }",
                        "b: { vars: { x: 2 }, children: { c: } }",
                        "c: { hosts: { h: }, vars: { x: 3 } }")
                .read("h.yml");
        assertThat(vars(inventory, "h")).isEqualTo("{x=3}");
    }

    @Test
    void manyHostsInConflictAreOneError() {
        assertThat(files.with(
                                "h.yml",
                                "a: { hosts: { 'h[001:100]': }, vars: { x: 1 } }",
                                "b: { hosts: { 'h[001:100]': }, vars: { x: 2 } }")
                        .errors("h.yml"))
                .singleElement()
                .asString()
                .contains("hosts h001, h002", "… (100)");
    }

    @Test
    void reportsAllThatIsWrongInOnePass() {
        assertThat(files.with(
                                "hosts.ini",
                                "h1 ansible_host",
                                "x=1",
                                "[web",
                                "[web:var]",
                                "whatever",
                                "[web:children]",
                                "dbb",
                                "db x=1",
                                "[db]",
                                "d[1:x]",
                                "d[5:1]",
                                "-oProxyCommand=x",
                                "q 'unclosed",
                                "[none:vars]",
                                "novalue")
                        .errors("hosts.ini"))
                .satisfiesExactly(
                        e -> assertThat(e).startsWith("hosts.ini:1:4 this word is no variable | behind a host"),
                        e -> assertThat(e).startsWith("hosts.ini:2:1 a variable without a host | "),
                        e -> assertThat(e).startsWith("hosts.ini:3:5 the section's \"]\" is missing"),
                        e -> assertThat(e)
                                .isEqualTo("hosts.ini:4:6 unknown kind of section \"var\" | did you mean \"vars\"?"),
                        e -> assertThat(e)
                                .isEqualTo("hosts.ini:7:1 \"web\" has the group \"dbb\", which is defined nowhere"
                                        + " | did you mean \"db\"?"),
                        e -> assertThat(e).startsWith("hosts.ini:8:4 a group in [web:children] has no variables here"),
                        e -> assertThat(e).startsWith("hosts.ini:10:2 \"[1:x]\" is no range of hosts"),
                        e -> assertThat(e).startsWith("hosts.ini:11:2 \"[5:1]\" is no range of hosts"),
                        e -> assertThat(e).startsWith("hosts.ini:12:1 a variable without a host"),
                        e -> assertThat(e).startsWith("hosts.ini:13:3 this quote is never closed"),
                        e -> assertThat(e)
                                .startsWith("hosts.ini:14:2 here are variables of the group \"none\", which is defined"
                                        + " nowhere"),
                        e -> assertThat(e).isEqualTo("hosts.ini:15:1 this line is no variable | write NAME=VALUE"));
    }

    @Test
    void reportsWhatIsWrongWithYaml() {
        assertThat(files.with(
                                "hosts.yml",
                                "all:",
                                "  host: {}",
                                "  hosts: [a]",
                                "  children:",
                                "    web: { hosts: { 'bad name': , -x: , h: 3 } }",
                                "    missing:",
                                "weeb: 3",
                                "'a b': {}")
                        .errors("hosts.yml"))
                .satisfiesExactly(
                        e -> assertThat(e)
                                .contains(":2:3 unknown key \"host\" in the group \"all\" | did you mean \"hosts\"?"),
                        e -> assertThat(e).contains(":3:10 \"hosts\" takes a mapping, not a list"),
                        e -> assertThat(e).contains(":5:21 \"bad name\" cannot be a host's name"),
                        e -> assertThat(e).contains(":5:35 \"-x\" cannot be a host's name"),
                        e -> assertThat(e).contains(":5:44 \"h\" takes a mapping of variables, not \"3\""),
                        e -> assertThat(e).contains(":6:5 \"all\" has the group \"missing\", which is defined nowhere"),
                        e -> assertThat(e).contains(":7:7 the group \"weeb\" takes a mapping, not \"3\""),
                        e -> assertThat(e).contains(":8:1 \"a b\" cannot be a group's name"));
        assertThat(files.with("aws.yml", "plugin: aws_ec2").errors("aws.yml"))
                .singleElement()
                .asString()
                .contains("inventory plugins, such as \"aws_ec2\", are not supported");
    }

    @Test
    void aCycleNamesEveryPlaceAndAChainOfGroupsIsNone() {
        assertThat(files.with(
                                "hosts",
                                "[a:children]",
                                "b",
                                "[b:children]",
                                "c",
                                "[c:children]",
                                "a",
                                "[d:children]",
                                "a")
                        .errors("hosts"))
                .containsExactly("hosts:2:1 a group is in itself: a → b → c → a | a has b at hosts:2:1, b has c at"
                        + " hosts:4:1, c has a at hosts:6:1");
        assertThat(files.with("hosts", "[a:children]", "all").errors("hosts"))
                .containsExactly("hosts:2:1 \"all\" cannot be in a group: every group is in it");
        MemoryFiles deep = new MemoryFiles();
        StringBuilder chain = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            chain.append("[g").append(i).append(":children]\ng").append(i + 1).append('\n');
        }
        assertThat(deep.with("hosts", chain + "[g5000]\nh")
                        .read("hosts")
                        .members()
                        .get("g0"))
                .containsExactly("h");
    }

    @Test
    void saysWhatToDoWithVaults() {
        assertThat(files.with("i/hosts", "h")
                        .with("i/group_vars/all.yml", "$ANSIBLE_VAULT;1.1;AES256", "6138")
                        .errors("i/hosts"))
                .singleElement()
                .asString()
                .startsWith(
                        "i/group_vars/all.yml:1:1 the file is encrypted by ansible-vault, which is not supported | decrypt it"
                                + " (ansible-vault decrypt i/group_vars/all.yml)");
        assertThat(new MemoryFiles()
                        .with("h.yml", "all: { hosts: { h: { x: !vault 'abc' } } }")
                        .errors("h.yml"))
                .singleElement()
                .asString()
                .startsWith("h.yml:1:25 tag \"!vault\" is not supported");
    }

    @Test
    void anOverlookedFileIsAWarning() {
        assertThat(files.with("i/hosts", "h")
                        .with("i/group_vars/all.yml", "x: 1")
                        .with("i/group_vars/all/a.yml", "x: 2")
                        .errors("i/hosts"))
                .singleElement()
                .asString()
                .startsWith("i/group_vars/all.yml:1:1 not read, because there is i/group_vars/all");
        assertThat(files.errors("missing.ini"))
                .containsExactly(
                        "missing.ini:1:1 there is no inventory of that name | a host's name needs a comma behind it:"
                                + " -i missing.ini,");
    }
}
