package tplctl.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import tplctl.relay.Json;

/** A QMP command's arguments as the user writes them: strict JSON, so that nothing is sent that was not meant. */
final class QmpArguments {
    private static final String FORM = "a command's arguments are one JSON object, such as {\"device\": \"net0\"}";

    private QmpArguments() {}

    /** @throws UsageException with the place and a caret, when the text is no JSON object */
    static JsonObject parse(String text) {
        try {
            Json.parse(text);
        } catch (Json.InvalidException e) {
            throw wrong(text, e);
        }
        JsonElement value = JsonParser.parseString(text);
        if (!value.isJsonObject()) {
            throw new UsageException(FORM + ", not " + text.strip());
        }
        return value.getAsJsonObject();
    }

    private static UsageException wrong(String text, Json.InvalidException e) {
        int offset = Math.min(e.at() - 1, text.length());
        int start = text.lastIndexOf('\n', offset - 1) + 1;
        int end = text.indexOf('\n', offset);
        long line = text.substring(0, start).chars().filter(c -> c == '\n').count() + 1;
        int column = text.codePointCount(start, offset);
        return new UsageException("not JSON: " + e.what() + " at line " + line + ", column " + (column + 1) + "\n  "
                + text.substring(start, end < 0 ? text.length() : end) + "\n  " + " ".repeat(column) + "^\n" + FORM);
    }
}
