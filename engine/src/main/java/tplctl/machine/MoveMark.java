package tplctl.machine;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.Optional;
import tplctl.kind.Sh;

/**
 * What the marks of a move say: {@link Layout.Dirs#moving}, {@link Layout.Dirs#moved} and {@link Layout.Dirs#incoming}, one line of
 * JSON each.
 *
 * @param to the host that the VM moves, or moved, to
 * @param id of this one attempt, random
 * @param time when it began, as {@link java.time.Instant} writes it
 */
public record MoveMark(String name, String owner, String to, String uuid, String id, String time) {
    private static final String SCHEMA = "tplctl.move/v1";

    public String toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("schema", SCHEMA);
        json.addProperty("name", name);
        json.addProperty("owner", owner);
        json.addProperty("to", to);
        json.addProperty("uuid", uuid);
        json.addProperty("id", id);
        json.addProperty("time", time);
        return json.toString();
    }

    /** Reads one; empty when it is none, as a half-written one is not. */
    public static Optional<MoveMark> parse(String line) {
        try {
            JsonObject json = JsonParser.parseString(line).getAsJsonObject();
            return SCHEMA.equals(text(json, "schema"))
                    ? Optional.of(new MoveMark(
                            text(json, "name"),
                            text(json, "owner"),
                            text(json, "to"),
                            text(json, "uuid"),
                            text(json, "id"),
                            text(json, "time")))
                    : Optional.empty();
        } catch (JsonParseException
                | IllegalStateException
                | NullPointerException
                | UnsupportedOperationException
                | ClassCastException e) {
            return Optional.empty();
        }
    }

    /**
     * Defines {@code tplctl_ours DIRECTORY}: whether the VM of that directory is this host's, where another host may see the same files.
     * A mark says whose it is; one without has a record of who made it, or runs, on its own host only.
     */
    public static Sh ours(String host) {
        return Sh.of("""
                tplctl_ours() {
                  if [ -e "$1.moved" ]; then grep -qsF -- {} "$1.moved"; return; fi
                  [ ! -e {}/vms/"${1##*/}" ] || return 0
                  for tplctl_o in {}/owned/*/vms."${1##*/}".json {}/owned/*/migrations."${1##*/}".json; do
                    [ ! -e "$tplctl_o" ] || return 0
                  done
                  return 1
                }""", toField(host), Layout.RUN, Layout.LIB, Layout.LIB);
    }

    /** What a mark that leads to that host has in it, for {@code grep -F}. */
    public static String toField(String host) {
        return "\"to\":\"" + host + "\"";
    }

    private static String text(JsonObject json, String key) {
        return json.get(key).getAsString();
    }
}
