package tplctl.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tplctl.diag.Position;
import tplctl.text.Scalar;

class InventoryReaderTest extends InventoryCase {
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
}
