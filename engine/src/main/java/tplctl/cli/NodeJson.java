package tplctl.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Locale;
import java.util.Map;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** Variables as JSON; the values of those that are named as passwords are masked. */
final class NodeJson {
    private static final String MASK = "***";

    private NodeJson() {}

    static JsonObject of(Map<String, Node> vars) {
        JsonObject json = new JsonObject();
        vars.forEach((name, value) -> json.add(name, of(name, value)));
        return json;
    }

    /** A variable's value; masked where the name says that it is a secret. */
    static JsonElement of(String name, Node value) {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean secret = lower.contains("password") || lower.endsWith("_pass") || lower.contains("secret");
        return secret ? new JsonPrimitive(MASK) : of(value);
    }

    private static JsonElement of(Node node) {
        if (node instanceof MapNode map) {
            JsonObject json = new JsonObject();
            map.entries().forEach((key, value) -> json.add(key.text(), of(key.text(), value)));
            return json;
        }
        if (node instanceof ListNode list) {
            JsonArray json = new JsonArray();
            list.items().forEach(item -> json.add(of(item)));
            return json;
        }
        return scalar((Scalar) node);
    }

    private static JsonElement scalar(Scalar scalar) {
        if (scalar.isNull()) {
            return JsonNull.INSTANCE;
        }
        String text = scalar.text();
        if (scalar.plain() && (text.equals("true") || text.equals("false"))) {
            return new JsonPrimitive(text.equals("true"));
        }
        return scalar.plain() && isWhole(text) ? new JsonPrimitive(Long.parseLong(text)) : new JsonPrimitive(text);
    }

    // 007 is no number in JSON, and more digits than a long has are better kept as they are.
    private static boolean isWhole(String text) {
        int from = text.startsWith("-") ? 1 : 0;
        int digits = text.length() - from;
        return digits >= 1
                && digits <= 18
                && text.chars().skip(from).allMatch(c -> c >= '0' && c <= '9')
                && (digits == 1 || text.charAt(from) != '0');
    }
}
