package tplctl.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;

class YamlReaderTest {
    private final Diagnostics diagnostics = new Diagnostics();

    private Optional<Node> read(String yaml) {
        return YamlReader.read("f", yaml, diagnostics);
    }

    private MapNode readMap(String yaml) {
        MapNode map = (MapNode) read(yaml).orElseThrow();
        assertThat(diagnostics.sorted()).isEmpty();
        return map;
    }

    private List<String> errors(String yaml) {
        read(yaml);
        return shown();
    }

    private List<String> shown() {
        return diagnostics.sorted().stream()
                .map(d -> d.at().line() + ":" + d.at().column() + " " + d.summary()
                        + (d.detail().isEmpty() ? "" : " | " + d.detail()))
                .toList();
    }

    static Stream<Arguments> mistakes() {
        String columns = " | keys of one mapping, and items of one list, start in the same column";
        return Stream.of(
                arguments("a:\n\tb: 1", "2:1 tab used for indentation; YAML takes spaces"),
                arguments("a:\n  b: 1\n\tc: 2", "3:1 tab used for indentation; YAML takes spaces"),
                arguments("a:\n  \tb: 1", "2:3 tab used for indentation; YAML takes spaces"),
                arguments("-\ta: 1\n-\tb: 2", "1:2 tab used for indentation; YAML takes spaces"),
                arguments("a: \"x\nb: 1\n", "1:4 this quote is never closed"),
                arguments("a: 'x\nb: 1\n", "1:4 this quote is never closed"),
                arguments("a: 1\nb:2\nc: 3\n", "2:2 a space is missing after the colon"),
                arguments("a:1\nb: 2\n", "1:2 a space is missing after the colon"),
                arguments("a: 1\nkey\nb: 1\n", "2:1 expected \"key: value\"; there is no colon"),
                arguments("key\nb: 1\n", "1:1 expected \"key: value\"; there is no colon"),
                arguments("a: b: c\n", "1:5 \": \" inside a value that is not quoted | quote the whole value"),
                arguments("a: 1\n   b: 2\n", "2:4 wrong indentation" + columns),
                arguments("a:\n  b: 1\n c: 2\n", "3:2 wrong indentation" + columns),
                arguments("a:\n  - x\n - y\n", "3:2 wrong indentation" + columns),
                arguments("- a\nb: 1\n", "2:1 expected a list item (\"- …\"), as at f:1:1"),
                arguments("a: 1\n- b\n", "2:1 expected a key, as at f:1:1"),
                arguments(
                        "a: \"x\" y\n",
                        "1:8 text after the end of a value | quote the whole value; inside '…' a ' is written ''"),
                arguments("a: @x\n", "1:4 text cannot start with @ unless it is quoted | quote the whole value"),
                arguments("a: *.qcow2\n", "1:4 text cannot start with * unless it is quoted | quote the whole value"),
                arguments("a: {% if x %}\n", "1:4 a value that starts with {% must be quoted | quote the whole value"),
                arguments("a: [1, 2\nb: 3\n", "1:4 \"[\" is never closed | close it with \"]\""),
                arguments("a: [1, 2", "1:9 expected \",\" or \"]\" here | text with brackets or braces is quoted"),
                arguments("a: {b: 1\nc: 2\n", "1:4 \"{\" is never closed | close it with \"}\""),
                arguments("a: {x: 1,, y: 2}\n", "1:10 a key or a value is missing here"),
                arguments(
                        "a: - b\n",
                        "1:4 a list item cannot stand here | put \"- …\" on a line of its own, or write [a, b]"),
                arguments(
                        "a: \"\\q\"\n",
                        "1:6 \\q is no escape that double quotes know"
                                + " | write \\\\ for a backslash, or use single quotes"),
                arguments("a: |x\n  b\n", "1:5 the text of a block starts on the line after | or >"),
                arguments(": x\n", "1:1 a key is missing before the colon"),
                arguments("a: {: x}\n", "1:5 a key or a value is missing here"),
                arguments("", "1:1 the file is empty; it must hold one YAML document"),
                arguments("# only\n\n", "1:1 the file is empty; it must hold one YAML document"),
                arguments("---\n", "1:1 the file is empty; it must hold one YAML document"),
                arguments(
                        "a: 1\n---\nb: 1\n",
                        "2:1 a second document starts here; a file holds one | remove the \"---\", or split the file"),
                arguments("a: 1\n...\nfoo\n", "3:1 something follows the end of the document"),
                arguments("%YAML 3.0\n---\na: 1", "1:1 this is not YAML 1.2: Version{major=3, minor=0}"),
                arguments(
                        "a: 1\nb: 2\na: 3\n",
                        "3:1 duplicate key \"a\"; it is already at f:1:1 | remove one of the two"),
                arguments("? [x]\n: 1\n", "1:3 a key must be a word or text, not a list"),
                arguments(
                        "a: !!str 1\n",
                        "1:4 tag \"!!str\" is not supported; tags are refused | remove it; a quoted value is text"),
                arguments(
                        "a: !vault |\n  x\n",
                        "1:4 tag \"!vault\" is not supported; tags are refused"
                                + " | values encrypted by ansible-vault are not supported: write it decrypted, or give it with -e @FILE, a"
                                + " password with --become-password-file or --connection-password-file"),
                arguments(
                        "a: !!java.net.URL [x]\n",
                        "1:4 tag \"!!java.net.URL\" is not supported; tags are refused"
                                + " | remove it; the field decides the type, and text that starts with ! must be quoted"),
                arguments(
                        "default: &default {x: 1}\nb: *defalt\n",
                        "2:4 unknown alias \"defalt\" | did you mean \"default\"?"),
                arguments("a: &a [*a]\n", "1:8 alias \"a\" refers to the collection that it stands in"),
                arguments("<<: 1\n", "1:5 \"<<\" takes a mapping or a list of mappings, not \"1\""),
                arguments(
                        "a: \u0007\n",
                        "1:4 character U+0007 is not allowed in YAML | in double quotes it can be written as \\x07"),
                arguments("é: \uD83D\uDE00\n\uD83D\uDE00 \uD800", "2:3 character U+D800 is not allowed in YAML"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void saysWhatIsWrongAndWhere(String yaml, String expected) {
        assertThat(errors(yaml)).containsExactly(expected);
    }

    static Stream<Arguments> unquotedExpressions() {
        String must = " a value that starts with {{ must be quoted | quote ";
        return Stream.of(
                arguments("a: {{ x }}", "1:4" + must + "it: \"{{ x }}\""),
                arguments("a: {{ x }}/y  # why\r\n", "1:4" + must + "it: \"{{ x }}/y\""),
                arguments("a: {{ x }} {{ y }}", "1:4" + must + "it: \"{{ x }} {{ y }}\""),
                arguments("a: {{ x[0] }}", "1:4" + must + "it: \"{{ x[0] }}\""),
                arguments("a: {{ x | default(\"y\") }}", "1:4" + must + "it: '{{ x | default(\"y\") }}'"),
                arguments("a: {{ x | f(\"y\", 'z') }}", "1:4" + must + "the whole value"),
                arguments("a: {{ x\nb: 1", "1:4" + must + "it: \"{{ x\""),
                arguments("- {{ x }}", "1:3" + must + "it: \"{{ x }}\""),
                arguments("é: [{{ x }}/z, 2]", "1:5" + must + "it: \"{{ x }}/z\""),
                arguments("a: {b: {{ x }}}", "1:8" + must + "it: \"{{ x }}\""),
                arguments("{{ x }}", "1:1" + must + "it: \"{{ x }}\""));
    }

    @ParameterizedTest
    @MethodSource("unquotedExpressions")
    void recognisesAnExpressionWithoutQuotes(String yaml, String expected) {
        assertThat(errors(yaml)).containsExactly(expected);
    }

    @Test
    void readsOnAfterAnExpressionWithoutQuotes() {
        Node root = read("a: {{ x }}\nb: {{ y[1] }}/z\nb: 1\nc: 2\n").orElseThrow();

        assertThat(shown())
                .containsExactly(
                        "1:4 a value that starts with {{ must be quoted | quote it: \"{{ x }}\"",
                        "2:4 a value that starts with {{ must be quoted | quote it: \"{{ y[1] }}/z\"",
                        "3:1 duplicate key \"b\"; it is already at f:2:1 | remove one of the two");
        assertThat(((MapNode) root).get("a")).contains(new Scalar("{{ x }}", false, new Position("f", 1, 4), 0));
        assertThat(((MapNode) root).get("c")).contains(new Scalar("2", true, new Position("f", 4, 4), 0));
    }

    @Test
    void collectsWhatStandsBeforeASyntaxError() {
        assertThat(errors("a: 1\na: !t 2\nb: 'x"))
                .containsExactly(
                        "2:1 duplicate key \"a\"; it is already at f:1:1 | remove one of the two",
                        "2:4 tag \"!t\" is not supported; tags are refused"
                                + " | remove it; the field decides the type, and text that starts with ! must be quoted",
                        "3:4 this quote is never closed");
    }

    @Test
    void keepsTheSourceTextAndWhetherItIsPlain() {
        MapNode map = readMap("a: 0755\nb: '0755'\nc: |\n  x\nd:\ne: yes\n");

        assertThat(map.get("a")).contains(new Scalar("0755", true, new Position("f", 1, 4), 0));
        assertThat(map.get("b")).contains(new Scalar("0755", false, new Position("f", 2, 4), 1));
        assertThat(map.get("c")).contains(new Scalar("x\n", false, new Position("f", 3, 4)));
        assertThat(map.get("d").map(n -> ((Scalar) n).isNull())).contains(true);
        assertThat(map.get("e").map(n -> ((Scalar) n).text())).contains("yes");
    }

    @Test
    void countsColumnsInCodePoints() {
        MapNode map = readMap("{\"\uD83D\uDE00é\": x, y: 'zé {{ a }}'}");

        Scalar value = (Scalar) map.get("y").orElseThrow();
        assertThat(value.at().column()).isEqualTo(14);
        assertThat(value.positionOf(3).column()).isEqualTo(18);
    }

    @Test
    void knowsNoPlaceInsideTextThatIsWrittenOtherwise() {
        MapNode map = readMap("a: \"x\\ty {{ a }}\"\nb: >-\n  x {{ a }}\nc: 'it''s {{ a }}'\n");

        for (Node value : map.entries().values()) {
            assertThat(((Scalar) value).positionOf(3)).isEqualTo(value.at());
        }
    }

    @Test
    void readsCrlfAndAByteOrderMark() {
        MapNode map = readMap("\uFEFFa: 1\r\nb: x\r\n");

        assertThat(map.get("a")).contains(new Scalar("1", true, new Position("f", 1, 4), 0));
        assertThat(map.get("b")).contains(new Scalar("x", true, new Position("f", 2, 4), 0));
    }

    @Test
    void readsAVeryLongLine() {
        String text = "x".repeat(2_000_000);

        assertThat(readMap("a: " + text + "\nb: 1\n").get("a").map(n -> ((Scalar) n).text()))
                .contains(text);
    }

    @Test
    void refusesWhatIsNotUtf8() {
        byte[] latin1 = "a: 1\nb: é\n".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(YamlReader.read("f", latin1, diagnostics)).isEmpty();
        assertThat(shown()).containsExactly("2:4 not UTF-8: byte 0xe9 | save the file as UTF-8");
    }

    @Test
    void refusesUtf8ThatIsCutOff() {
        assertThat(YamlReader.read("f", new byte[] {'a', ':', ' ', (byte) 0xc3}, diagnostics))
                .isEmpty();
        assertThat(shown()).containsExactly("1:4 not UTF-8: byte 0xc3 | save the file as UTF-8");
    }

    @Test
    void takesAnEmptyFileWhereThatIsAllowed() {
        assertThat(YamlReader.readPossiblyEmpty("f", "---\n# nothing yet\n", diagnostics))
                .isEmpty();
        assertThat(diagnostics.sorted()).isEmpty();
    }

    @Test
    void followsAliasesAndMergesMappings() {
        MapNode map = readMap("""
                base: &base {x: 1, y: 2}
                more: &more {y: 3, z: 4}
                one: {<<: *base, y: 9}
                two: {<<: [*base, *more]}
                same: *base
                """);

        assertThat(texts(map.get("one").orElseThrow())).isEqualTo("y=9 x=1");
        assertThat(texts(map.get("two").orElseThrow())).isEqualTo("x=1 y=2 z=4");
        assertThat(map.get("same")).isEqualTo(map.get("base"));
    }

    private static String texts(Node node) {
        return ((MapNode) node)
                .entries().entrySet().stream()
                        .map(e -> e.getKey().text() + "=" + ((Scalar) e.getValue()).text())
                        .collect(Collectors.joining(" "));
    }

    @Test
    void stopsAnAliasBombWithOneError() {
        StringBuilder bomb = new StringBuilder("l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 20; i++) {
            String alias = "*l" + (i - 1);
            bomb.append("l" + i + ": &l" + i + " [" + String.join(", ", List.of(alias, alias, alias, alias)) + "]\n");
        }

        assertThat(errors(bomb.toString()))
                .containsExactly("8:10 aliases expand to more than 100000 values here"
                        + " | write the values out, or name them in vars");
    }

    @Test
    void countsDepthThroughAliases() {
        String chain = "l0: &l0 [x]\n"
                + IntStream.range(1, 200)
                        .mapToObj(i -> "l" + i + ": &l" + i + " [*l" + (i - 1) + "]\n")
                        .collect(Collectors.joining());

        assertThat(errors(chain)).containsExactly("100:12 nested deeper than 100 levels");
    }

    static Stream<Arguments> deepNesting() {
        String block =
                IntStream.range(0, 5000).mapToObj(i -> " ".repeat(i) + "k:\n").collect(Collectors.joining());
        return Stream.of(
                arguments("[".repeat(5000), "1:101"),
                arguments("[".repeat(5000) + "]".repeat(5000), "1:101"),
                arguments("{a: ".repeat(5000) + "}".repeat(5000), "1:401"),
                arguments("- ".repeat(5000) + "x", "1:201"),
                arguments("? ".repeat(5000) + "x", "1:201"),
                arguments(block, "101:101"));
    }

    @ParameterizedTest
    @MethodSource("deepNesting")
    void stopsAtDeepNestingWithOneError(String yaml, String place) {
        assertThat(errors(yaml)).containsExactly(place + " nested deeper than 100 levels");
    }

    @Test
    void readsNestingUpToTheLimit() {
        assertThat(read("[".repeat(100) + "]".repeat(100))).isPresent();
        assertThat(diagnostics.sorted()).isEmpty();
    }
}
