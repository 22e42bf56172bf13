package tplctl.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;

/** JSON as text. */
public final class Json {
    private Json() {}

    /** Indented, for a document of its own; ends with a line break. */
    public static String document(JsonElement json) {
        StringWriter text = new StringWriter();
        try (JsonWriter writer = new JsonWriter(text)) {
            writer.setIndent("  ");
            writer.setHtmlSafe(false);
            write(json, writer);
        } catch (IOException e) {
            throw new UncheckedIOException("a string cannot fail to be written", e);
        }
        return text.append('\n').toString();
    }

    /** On one line, without a line break at its end. */
    public static String line(JsonElement json) {
        return json.toString();
    }

    /** Seconds to the millisecond. */
    public static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    // Gson's own way to indent a tree loads its object mapper, which costs a start-up more than all else here.
    private static void write(JsonElement json, JsonWriter to) throws IOException {
        if (json.isJsonObject()) {
            to.beginObject();
            JsonObject object = json.getAsJsonObject();
            for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
                to.name(entry.getKey());
                write(entry.getValue(), to);
            }
            to.endObject();
        } else if (json.isJsonArray()) {
            to.beginArray();
            for (JsonElement element : json.getAsJsonArray()) {
                write(element, to);
            }
            to.endArray();
        } else if (json.isJsonNull()) {
            to.nullValue();
        } else if (json.getAsJsonPrimitive().isNumber()) {
            to.value(json.getAsNumber());
        } else if (json.getAsJsonPrimitive().isBoolean()) {
            to.value(json.getAsBoolean());
        } else {
            to.value(json.getAsString());
        }
    }
}
