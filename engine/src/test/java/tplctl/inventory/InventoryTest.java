package tplctl.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.text.Scalar;

class InventoryTest {
    private static final Position HERE = new Position("p.yml", 1, 8);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "h1|h1",
                "h2,h1|h1 h2",
                "h2:h1|h1 h2",
                "all|h1 h2 h3",
                "*|h1 h2 h3",
                "h?:localhost|localhost h1 h2 h3",
                "h[12]|h1 h2",
                "h*:!h2|h1 h3",
                "!h2:h*|h1 h3",
                "&h1:h*|h1",
                "h1:h2:&h2:&h3|",
                "!h1|h2 h3",
                "h1 , h3|h1 h3"
            })
    void aPatternSelectsInInventoryOrder(String pattern, String hosts) {
        Diagnostics errors = new Diagnostics();
        List<String> matched = Inventories.of("h1", "h2", "h3").match(pattern, HERE, errors);
        if (hosts == null) {
            assertThat(matched).isEmpty();
        } else {
            assertThat(matched).containsExactly(hosts.split(" "));
            assertThat(errors.sorted()).isEmpty();
        }
    }

    @Test
    void localhostIsAllWhenNobodyElseIsThere() {
        assertThat(Inventory.implicit().match("all", HERE, new Diagnostics())).containsExactly("localhost");
        assertThat(host(Inventory.implicit(), "localhost").isLocal()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h11", "h1:!h99", "&h99:h1"})
    void anUnknownNameIsAnErrorAlsoBehindASign(String pattern) {
        Diagnostics errors = new Diagnostics();
        Inventories.of("h1", "h2").match(pattern, HERE, errors);
        assertThat(errors.sorted())
                .singleElement()
                .satisfies(d -> assertThat(d.at()).isEqualTo(HERE));
    }

    @Test
    void aGlobTakesOtherSignsAsTheyAre() {
        Inventory inventory = Inventories.of("a.b", "axb", "a+b");
        assertThat(inventory.match("a.*", HERE, new Diagnostics())).containsExactly("a.b");
        assertThat(inventory.match("a+?", HERE, new Diagnostics())).containsExactly("a+b");
    }

    @Test
    void laterVariablesOfAHostWinAndTheOthersStay() {
        Scalar one = new Scalar("1", true, HERE);
        Scalar two = new Scalar("2", true, HERE);
        Inventory inventory =
                Inventory.implicit().with("h", Map.of("a", one, "b", one)).with("h", Map.of("b", two));
        assertThat(host(inventory, "h").vars()).containsEntry("a", one).containsEntry("b", two);
    }

    @Test
    void aHostIsLocalByItsConnection() {
        Scalar local = new Scalar("local", true, HERE);
        Scalar ssh = new Scalar("ssh", true, HERE);
        assertThat(new Inventory.Host("h", Map.of("ansible_connection", local)).isLocal())
                .isTrue();
        assertThat(new Inventory.Host("h", Map.of()).isLocal()).isFalse();
        assertThat(new Inventory.Host("localhost", Map.of("ansible_connection", ssh)).isLocal())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "web;w1 w2 w3",
                "web[0];w1",
                "web[-1];w3",
                "web[0:1];w1 w2",
                "web[1:];w2 w3",
                "web[1-2]:!w3;w2",
                "w[12];w1 w2",
                "w[!12];w3",
                "w*[0];w1",
                "web:&db;w3",
                "web,db;w1 w2 w3 d1",
                "web:!db[0];w1 w2",
                "~(w|d)1;w1 d1",
                "~w[1,2];w1 w2",
                "!~w.{1,2};2001:db8::1 d1 lonely",
                "2001:db8::1;2001:db8::1",
                "2001:db8::1,w1;2001:db8::1 w1",
                "!2001:db8::1:w1:lonely;",
                "ungrouped;lonely",
                "localhost;localhost",
                "all;2001:db8::1 w1 w2 w3 d1 lonely",
                "d?;w3 d1",
                "we*;w1 w2 w3",
            })
    void aPatternSelectsByGroup(String pattern, String hosts) {
        Inventory inventory = new MemoryFiles()
                .with("hosts", "lonely", "[web]", "w[1:3]", "[db]", "w3", "d1", "[six]", "2001:db8::1")
                .with("first", "[six]", "2001:db8::1", "[web]", "w[1:3]", "[db]", "w3", "d1")
                .read("first", "hosts");
        Diagnostics errors = new Diagnostics();
        List<String> matched = inventory.match(pattern, HERE, errors);
        if (hosts == null) {
            assertThat(errors.hasErrors()).isTrue();
        } else {
            assertThat(errors.sorted()).isEmpty();
            assertThat(matched).containsExactly(hosts.split(" "));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "web[7]|\"web[7]\": web has 3 hosts",
                "wbe|no host or group \"wbe\" in the inventory",
                "~(|\"~(\" is no regular expression: Unclosed group",
                "!|a sign without a pattern behind it"
            })
    void saysWhatIsWrongWithAPattern(String pattern, String message) {
        Inventory inventory = new MemoryFiles().with("hosts", "[web]", "w[1:3]").read("hosts");
        Diagnostics errors = new Diagnostics();
        inventory.match(pattern, HERE, errors);
        assertThat(errors.sorted()).singleElement().satisfies(d -> {
            assertThat(d.at()).isEqualTo(HERE);
            assertThat(d.summary()).isEqualTo(message);
        });
    }

    private static Inventory.Host host(Inventory inventory, String name) {
        return Optional.ofNullable(inventory.hosts().get(name)).orElseThrow();
    }
}
