package tplctl.model;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tplctl.kind.Content;
import tplctl.kind.ResourceId;

/**
 * What the host remembers of a resource that was made there: whose it is, and how to take it away. One line of JSON in
 * {@code /var/lib/tplctl/owned/OWNER/}; written before the first step that makes the resource.
 *
 * @param needs ids, on whatever host, that it was made after; removal runs the other way
 * @param provides paths that it made, so that two owners do not claim one
 * @param trace see {@link tplctl.kind.Kind#trace}
 */
public record OwnedRecord(
        ResourceId id,
        String owner,
        List<String> needs,
        List<String> provides,
        boolean isProtected,
        Map<String, String> trace) {
    public static final String DIRECTORY = "/var/lib/tplctl/owned";

    /** The record's file: a resource that lies elsewhere now has another one, and the old is an orphan. */
    public String path() {
        String place = provides.isEmpty()
                ? ""
                : "@" + Content.of(String.join("\0", provides)).sha256().substring(0, 8);
        return DIRECTORY + "/" + owner + "/" + id.local() + place + ".json";
    }

    /** Whether it is the record of that resource as it is declared now, and not of one that lay elsewhere. */
    boolean isOf(Resource<?, ?> resource) {
        return id.equals(resource.id())
                && provides.equals(resource.ties().provided().stream()
                        .map(use -> use.path().text())
                        .toList());
    }

    /** The same with another trace. */
    public OwnedRecord tracing(Map<String, String> other) {
        return new OwnedRecord(id, owner, needs, provides, isProtected, other);
    }

    // Spelled out, because a record's own are linked at run time, which costs a start-up tens of milliseconds.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OwnedRecord that
                && id.equals(that.id)
                && owner.equals(that.owner)
                && needs.equals(that.needs)
                && provides.equals(that.provides)
                && isProtected == that.isProtected
                && trace.equals(that.trace);
    }

    @Override
    public int hashCode() {
        return 31 * id.hashCode() + owner.hashCode();
    }

    public String toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("kind", id.kind());
        json.addProperty("name", id.name());
        json.addProperty("owner", owner);
        json.add("needs", array(needs));
        json.add("provides", array(provides));
        json.addProperty("protect", isProtected);
        JsonObject traced = new JsonObject();
        trace.forEach(traced::addProperty);
        json.add("trace", traced);
        return json.toString();
    }

    /** Reads one line; empty when it is no record, as a half-written one is not. */
    public static Optional<OwnedRecord> parse(String host, String line) {
        try {
            JsonObject json = JsonParser.parseString(line).getAsJsonObject();
            Map<String, String> trace = new LinkedHashMap<>();
            json.getAsJsonObject("trace")
                    .entrySet()
                    .forEach(e -> trace.put(e.getKey(), e.getValue().getAsString()));
            return Optional.of(new OwnedRecord(
                    new ResourceId(
                            host,
                            json.get("kind").getAsString(),
                            json.get("name").getAsString()),
                    json.get("owner").getAsString(),
                    strings(json.getAsJsonArray("needs")),
                    strings(json.getAsJsonArray("provides")),
                    json.get("protect").getAsBoolean(),
                    trace));
        } catch (JsonParseException
                | IllegalStateException
                | NullPointerException
                | UnsupportedOperationException
                | ClassCastException
                | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static JsonArray array(List<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }

    private static List<String> strings(JsonArray array) {
        List<String> texts = new ArrayList<>();
        for (JsonElement element : array) {
            texts.add(element.getAsString());
        }
        return texts;
    }
}
