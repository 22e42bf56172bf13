package tplctl.inventory;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import tplctl.login.Secret;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** The passwords that are written in variables, known by the variables' names; what an expression gives is not among them. */
public final class Secrets {
    private final Set<Secret> found = new LinkedHashSet<>();

    private Secrets() {}

    /** Those of all groups and hosts. */
    public static Set<Secret> of(Inventory inventory) {
        Secrets secrets = new Secrets();
        // Hosts share what they have from the same place.
        Set<Map<String, Node>> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        inventory
                .groups()
                .values()
                .forEach(group -> group.layers().stream().filter(seen::add).forEach(secrets::variables));
        inventory
                .hosts()
                .values()
                .forEach(host -> host.layers().stream().filter(seen::add).forEach(secrets::variables));
        return secrets.found;
    }

    /** Those of these variables. */
    public static Set<Secret> of(Map<String, Node> variables) {
        Secrets secrets = new Secrets();
        secrets.variables(variables);
        return secrets.found;
    }

    private void variables(Map<String, Node> variables) {
        variables.forEach((name, value) -> {
            if (Secret.isNamed(name)) {
                all(value);
            } else {
                nested(value);
            }
        });
    }

    private void nested(Node value) {
        if (value instanceof MapNode map) {
            map.entries().forEach((key, inner) -> {
                if (Secret.isNamed(key.text())) {
                    all(inner);
                } else {
                    nested(inner);
                }
            });
        } else if (value instanceof ListNode list) {
            list.items().forEach(this::nested);
        }
    }

    private void all(Node value) {
        if (value instanceof MapNode map) {
            map.entries().values().forEach(this::all);
        } else if (value instanceof ListNode list) {
            list.items().forEach(this::all);
        } else if (value instanceof Scalar scalar && isSecret(scalar)) {
            found.add(new Secret(scalar.text()));
        }
    }

    // "ask_password: true" has no password, and to mask every "true" would help nobody.
    private static boolean isSecret(Scalar scalar) {
        String text = scalar.text();
        boolean word = scalar.plain() && (scalar.isNull() || text.equals("true") || text.equals("false"));
        return !word && !text.contains("{{");
    }
}
