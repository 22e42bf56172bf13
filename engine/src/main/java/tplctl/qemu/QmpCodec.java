package tplctl.qemu;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.nio.charset.StandardCharsets;

/** QMP's JSON; the only place that knows its words. Integers keep all their digits. */
final class QmpCodec {
    /** The id of a reply that names none, or none of ours. */
    static final long NO_ID = -1;

    private QmpCodec() {}

    static byte[] encode(QmpCommand command, long id) {
        JsonObject line = new JsonObject();
        line.addProperty("execute", command.name());
        if (!command.arguments().isEmpty()) {
            line.add("arguments", command.arguments());
        }
        line.addProperty("id", id);
        return (line + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** @throws JsonParseException when the line is no JSON object, or none of the four that QMP has */
    static QmpMessage decode(String line) {
        JsonElement parsed = JsonParser.parseString(line);
        if (!parsed.isJsonObject()) {
            throw new JsonParseException("not an object");
        }
        JsonObject object = parsed.getAsJsonObject();
        if (object.has("event")) {
            return new QmpMessage.Event(event(object));
        }
        if (object.has("return")) {
            return new QmpMessage.Success(id(object), object.get("return"));
        }
        if (object.has("error")) {
            JsonObject error = member(object, "error");
            return new QmpMessage.Failure(id(object), text(error, "class"), text(error, "desc"));
        }
        if (object.has("QMP")) {
            JsonObject qemu = member(member(member(object, "QMP"), "version"), "qemu");
            return new QmpMessage.Greeting(new QmpVersion(
                    (int) number(qemu, "major"), (int) number(qemu, "minor"), (int) number(qemu, "micro")));
        }
        throw new JsonParseException("neither a greeting nor a reply nor an event");
    }

    private static QmpEvent event(JsonObject object) {
        JsonObject data = object.has("data") ? member(object, "data") : new JsonObject();
        long microseconds = -1;
        if (object.has("timestamp")) {
            JsonObject timestamp = member(object, "timestamp");
            long seconds = number(timestamp, "seconds");
            microseconds = seconds < 0 ? -1 : seconds * 1_000_000 + number(timestamp, "microseconds");
        }
        return new QmpEvent(text(object, "event"), data, microseconds);
    }

    private static long id(JsonObject object) {
        return object.get("id") instanceof JsonPrimitive id && id.isNumber() ? number(object, "id") : NO_ID;
    }

    private static JsonObject member(JsonObject object, String key) {
        if (object.get(key) instanceof JsonObject found) {
            return found;
        }
        throw new JsonParseException("\"" + key + "\" is no object");
    }

    private static String text(JsonObject object, String key) {
        if (object.get(key) instanceof JsonPrimitive found) {
            return found.getAsString();
        }
        throw new JsonParseException("\"" + key + "\" is no text");
    }

    private static long number(JsonObject object, String key) {
        try {
            return Long.parseLong(text(object, key));
        } catch (NumberFormatException e) {
            throw new JsonParseException("\"" + key + "\" is no number", e);
        }
    }
}
