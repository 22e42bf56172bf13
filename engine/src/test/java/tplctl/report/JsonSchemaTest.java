package tplctl.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class JsonSchemaTest {
    private static final JsonObject SCHEMA = JsonSchema.of(Samples.KINDS);

    @Test
    void describesEveryKindAndField() {
        Golden.check("schema.json.txt", Json.document(SCHEMA));
    }

    @Test
    void refersOnlyToDefinitionsThatItHas() {
        List<String> references = new ArrayList<>();
        collect(SCHEMA, "$ref", references);
        assertThat(references)
                .isNotEmpty()
                .allSatisfy(
                        ref -> assertThat(SCHEMA.getAsJsonObject("definitions").has(ref.replace("#/definitions/", "")))
                                .as(ref)
                                .isTrue());
    }

    @Test
    void hasPatternsThatCompile() {
        List<String> patterns = new ArrayList<>();
        collect(SCHEMA, "pattern", patterns);
        assertThat(patterns).isNotEmpty().allSatisfy(Pattern::compile);
    }

    private static void collect(JsonElement json, String key, List<String> into) {
        if (json.isJsonObject()) {
            json.getAsJsonObject().entrySet().forEach(e -> {
                if (e.getKey().equals(key) && e.getValue().isJsonPrimitive()) {
                    into.add(e.getValue().getAsString());
                }
                collect(e.getValue(), key, into);
            });
        } else if (json.isJsonArray()) {
            json.getAsJsonArray().forEach(e -> collect(e, key, into));
        }
    }
}
