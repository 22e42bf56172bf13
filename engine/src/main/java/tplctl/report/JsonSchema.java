package tplctl.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Collection;
import java.util.List;
import tplctl.kind.Field;
import tplctl.kind.Kind;
import tplctl.kind.Schema;
import tplctl.kind.Shape;
import tplctl.kind.Types;
import tplctl.model.Common;

/**
 * A JSON Schema of playbooks for editors, from what decodes them. Draft-07, the newest that yaml-language-server reads. An
 * expression is accepted wherever a scalar is.
 */
public final class JsonSchema {
    private static final String EXPRESSION = "expression";

    private JsonSchema() {}

    public static JsonObject of(Collection<Kind<?, ?>> kinds) {
        JsonObject root = new JsonObject();
        root.addProperty("$schema", "http://json-schema.org/draft-07/schema#");
        root.addProperty("title", "tplctl playbook");
        root.addProperty("type", "array");
        root.add("items", reference("play"));
        JsonObject definitions = new JsonObject();
        definitions.add(EXPRESSION, expression());
        definitions.add("play", play(kinds));
        for (Kind<?, ?> kind : kinds) {
            definitions.add(kind.name(), entry(kind));
        }
        root.add("definitions", definitions);
        return root;
    }

    private static JsonObject play(Collection<Kind<?, ?>> kinds) {
        JsonObject properties = new JsonObject();
        properties.add("name", described(text(""), "what the play is, for people"));
        properties.add(
                "hosts",
                described(
                        anyOf(typed("string"), listOf(typed("string")), mapOf(anyOf(typed("object"), typed("null")))),
                        "where it applies: an inventory pattern, or a mapping of hosts to their variables"));
        properties.add("become", described(bool(), "whether steps run as root through sudo"));
        properties.add("vars", described(typed("object"), "variables of this play"));
        properties.add("tags", described(anyOf(text(""), listOf(text(""))), "tags of every resource of this play"));
        for (Kind<?, ?> kind : kinds) {
            properties.add(kind.name(), described(section(kind), kind.doc()));
        }
        JsonObject play = typed("object");
        play.add("properties", properties);
        play.addProperty("additionalProperties", false);
        return play;
    }

    private static JsonObject section(Kind<?, ?> kind) {
        JsonObject entries = mapOf(anyOf(reference(kind.name()), typed("null"), reference(EXPRESSION)));
        JsonObject names = new JsonObject();
        names.addProperty("pattern", "^" + Types.NAME.pattern() + "$");
        entries.add("propertyNames", names);
        JsonArray forms = new JsonArray();
        forms.add(entries);
        kind.listField()
                .flatMap(name -> kind.schema().fields().stream()
                        .filter(f -> f.name().equals(name))
                        .findFirst())
                .ifPresent(field -> forms.add(of(field.type().shape())));
        forms.add(typed("null"));
        forms.add(reference(EXPRESSION));
        JsonObject section = new JsonObject();
        section.add("anyOf", forms);
        return section;
    }

    private static JsonObject entry(Kind<?, ?> kind) {
        JsonObject entry = fields(kind.schema());
        JsonObject properties = entry.getAsJsonObject("properties");
        addProperties(Common.SCHEMA, properties);
        properties.add(
                Common.WHEN,
                described(text(""), "a condition; false means not managed: neither applied nor an orphan"));
        if (kind.counted()) {
            properties.add(
                    Common.COUNT,
                    described(
                            of(new Shape.Int(0, Integer.MAX_VALUE)),
                            "how many: NAME-1 to NAME-N, each with index from 0"));
        }
        return entry;
    }

    private static JsonObject fields(Schema<?> schema) {
        JsonObject json = typed("object");
        JsonObject properties = new JsonObject();
        addProperties(schema, properties);
        json.add("properties", properties);
        JsonArray required = new JsonArray();
        schema.fields().stream().filter(Field::required).map(Field::name).forEach(required::add);
        if (!required.isEmpty()) {
            json.add("required", required);
        }
        json.addProperty("additionalProperties", false);
        return json;
    }

    private static void addProperties(Schema<?> schema, JsonObject to) {
        for (Field<?> field : schema.fields()) {
            String standard = field.shownDefault();
            boolean tells = !standard.isEmpty() && !standard.equals("[]") && !standard.equals("{}");
            String doc = field.doc() + " (" + field.type().label() + (tells ? "; default " + standard : "") + ")";
            to.add(field.name(), described(of(field.type().shape()), doc));
        }
    }

    static JsonObject of(Shape shape) {
        if (shape instanceof Shape.Text text) {
            return text(text.pattern());
        }
        if (shape instanceof Shape.Int range) {
            JsonObject json = typed("integer");
            json.addProperty("minimum", range.min());
            json.addProperty("maximum", range.max());
            return anyOf(json, reference(EXPRESSION));
        }
        if (shape instanceof Shape.Bool) {
            return bool();
        }
        if (shape instanceof Shape.OneOf words) {
            JsonObject json = new JsonObject();
            JsonArray all = new JsonArray();
            words.values().forEach(all::add);
            json.add("enum", all);
            return anyOf(json, reference(EXPRESSION));
        }
        if (shape instanceof Shape.ListOf list) {
            return anyOf(listOf(of(list.item())), reference(EXPRESSION));
        }
        if (shape instanceof Shape.MapOf map) {
            return anyOf(mapOf(of(map.value())), reference(EXPRESSION));
        }
        if (shape instanceof Shape.AnyOf any) {
            return anyOf(any.shapes().stream().map(JsonSchema::of).toArray(JsonObject[]::new));
        }
        return anyOf(fields(((Shape.Fields) shape).schema()), reference(EXPRESSION));
    }

    // YAML writes 5 and true for texts too, so a text may be any scalar.
    private static JsonObject text(String pattern) {
        JsonObject json = new JsonObject();
        JsonArray types = new JsonArray();
        List.of("string", "number", "boolean").forEach(types::add);
        json.add("type", types);
        if (pattern.isEmpty()) {
            return json;
        }
        json.addProperty("pattern", "^(?:" + pattern + ")$");
        return anyOf(json, reference(EXPRESSION));
    }

    private static JsonObject bool() {
        return anyOf(typed("boolean"), reference(EXPRESSION));
    }

    private static JsonObject expression() {
        JsonObject json = typed("string");
        json.addProperty("pattern", "\\{\\{");
        json.addProperty("description", "an expression: {{ variable }}");
        return json;
    }

    private static JsonObject typed(String type) {
        JsonObject json = new JsonObject();
        json.addProperty("type", type);
        return json;
    }

    private static JsonObject listOf(JsonObject items) {
        JsonObject json = typed("array");
        json.add("items", items);
        return json;
    }

    private static JsonObject mapOf(JsonObject values) {
        JsonObject json = typed("object");
        json.add("additionalProperties", values);
        return json;
    }

    private static JsonObject anyOf(JsonObject... forms) {
        JsonArray all = new JsonArray();
        List.of(forms).forEach(all::add);
        JsonObject json = new JsonObject();
        json.add("anyOf", all);
        return json;
    }

    private static JsonObject reference(String definition) {
        JsonObject json = new JsonObject();
        json.addProperty("$ref", "#/definitions/" + definition);
        return json;
    }

    // Draft-07 ignores whatever stands beside $ref, so the description goes around it.
    private static JsonObject described(JsonObject json, String description) {
        JsonObject described = json.has("$ref") ? anyOf(json) : json;
        described.addProperty("description", description);
        return described;
    }
}
