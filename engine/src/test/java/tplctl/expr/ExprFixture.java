package tplctl.expr;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;
import tplctl.text.YamlReader;

/** Variables from YAML text, expressions at p:3:5 in double quotes, and results and errors as short texts. */
final class ExprFixture {
    final Diagnostics diagnostics = new Diagnostics();

    static Map<String, Node> vars(String yaml) {
        return members(yaml("vars.yml", yaml));
    }

    static Node yaml(String file, String yaml) {
        Diagnostics diagnostics = new Diagnostics();
        Node node = YamlReader.read(file, yaml, diagnostics).orElseThrow();
        diagnostics.throwIfErrors();
        return node;
    }

    static Scalar quoted(String text) {
        return new Scalar(text, false, new Position("p", 3, 5), 1);
    }

    Node resolve(String expression, Scope scope) {
        return Expressions.resolve(quoted(expression), scope, diagnostics);
    }

    List<String> errors() {
        return diagnostics.sorted().stream()
                .map(d -> d.at() + " " + d.summary() + (d.detail().isEmpty() ? "" : " | " + d.detail()))
                .toList();
    }

    /** Plain scalars bare, others in quotes; collections as YAML's flow style has them. */
    static String shown(Node node) {
        if (node instanceof Scalar scalar) {
            return scalar.plain() ? scalar.text() : "\"" + scalar.text() + "\"";
        }
        if (node instanceof ListNode list) {
            return list.items().stream().map(ExprFixture::shown).toList().toString();
        }
        Map<String, String> entries = new LinkedHashMap<>();
        members(node).forEach((key, value) -> entries.put(key, shown(value)));
        return entries.toString();
    }

    private static Map<String, Node> members(Node node) {
        Map<String, Node> members = new LinkedHashMap<>();
        ((MapNode) node).entries().forEach((key, value) -> members.put(key.text(), value));
        return members;
    }
}
