package tplctl.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import tplctl.inventory.Explanation;
import tplctl.report.Json;

/** Where a host's variables come from, for people and for machines. Passwords are masked by name. */
final class ExplanationText {
    private ExplanationText() {}

    static String of(Map<String, List<Explanation.Origin>> variables) {
        StringBuilder out = new StringBuilder();
        variables.forEach((name, origins) -> {
            Explanation.Origin first = origins.get(0);
            out.append(name).append(" = ").append(value(name, first)).append('\n');
            out.append("    from ").append(place(first)).append('\n');
            origins.subList(1, origins.size())
                    .forEach(origin -> out.append("    over ")
                            .append(value(name, origin))
                            .append(" from ")
                            .append(place(origin))
                            .append('\n'));
        });
        return out.toString();
    }

    static JsonObject json(String host, Map<String, List<Explanation.Origin>> variables) {
        JsonObject all = new JsonObject();
        variables.forEach((name, origins) -> {
            JsonObject variable = origin(name, origins.get(0));
            JsonArray over = new JsonArray();
            origins.subList(1, origins.size()).forEach(o -> over.add(origin(name, o)));
            variable.add("overrides", over);
            all.add(name, variable);
        });
        JsonObject json = new JsonObject();
        json.addProperty("schema", "tplctl.inventory.explain/v1");
        json.addProperty("host", host);
        json.add("variables", all);
        return json;
    }

    private static JsonObject origin(String name, Explanation.Origin origin) {
        JsonObject json = new JsonObject();
        json.add("value", NodeJson.of(name, origin.value()));
        json.addProperty("at", origin.value().at().toString());
        json.addProperty("of", origin.level());
        return json;
    }

    private static String value(String name, Explanation.Origin origin) {
        JsonElement value = NodeJson.of(name, origin.value());
        return value.isJsonPrimitive() ? value.getAsString() : Json.line(value);
    }

    private static String place(Explanation.Origin origin) {
        return origin.value().at().file() + ":" + origin.value().at().line() + ", " + origin.level();
    }
}
