package tplctl.machine;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a VM was made from; the file {@code spec.json} in its directory, one line of JSON. Written before its disks are made.
 *
 * @param template the template's name; empty for a machine of its own
 * @param templateId the build that it was cloned from; empty for a machine of its own
 * @param ramBytes of each NUMA node
 * @param digest of everything that would make another machine of it
 * @param guest what its guest was told to be
 */
public record VmRecord(
        String name,
        String owner,
        String template,
        String templateId,
        String digest,
        String uuid,
        List<Long> ramBytes,
        Platform platform,
        GuestIdentity guest) {
    private static final String SCHEMA = "tplctl.vm/v1";

    public VmRecord {
        ramBytes = List.copyOf(ramBytes);
    }

    /** A VM whose guest was told nothing. */
    public VmRecord(
            String name,
            String owner,
            String template,
            String templateId,
            String digest,
            String uuid,
            List<Long> ramBytes,
            Platform platform) {
        this(name, owner, template, templateId, digest, uuid, ramBytes, platform, GuestIdentity.NONE);
    }

    public String toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("schema", SCHEMA);
        json.addProperty("name", name);
        json.addProperty("owner", owner);
        json.addProperty("template", template);
        json.addProperty("template_id", templateId);
        json.addProperty("digest", digest);
        json.addProperty("uuid", uuid);
        JsonArray ram = new JsonArray();
        ramBytes.forEach(ram::add);
        json.add("ram_bytes", ram);
        json.addProperty("machine_type", platform.machineType());
        json.addProperty("flavour", platform.flavour().word());
        json.addProperty("accel", platform.accel());
        json.addProperty("accel_reason", platform.accelReason());
        json.addProperty("emulator_version", platform.version().toString());
        guest.hostname().ifPresent(hostname -> json.addProperty("hostname", hostname));
        if (guest.newMachineId()) {
            json.addProperty("machine_id", "new");
        }
        return json.toString();
    }

    /** The same VM once its guest was told to be that. */
    public VmRecord told(GuestIdentity identity) {
        return new VmRecord(name, owner, template, templateId, digest, uuid, ramBytes, platform, identity.over(guest));
    }

    /** Reads one; empty when it is none, as a half-written one is not. */
    public static Optional<VmRecord> parse(String line) {
        try {
            JsonObject json = JsonParser.parseString(line).getAsJsonObject();
            if (!SCHEMA.equals(json.get("schema").getAsString())) {
                return Optional.empty();
            }
            Platform platform = new Platform(
                    text(json, "machine_type"),
                    text(json, "accel"),
                    text(json, "accel_reason"),
                    QemuVersion.parse(text(json, "emulator_version")).orElse(QemuVersion.UNKNOWN),
                    flavour(json));
            return Optional.of(new VmRecord(
                    text(json, "name"),
                    text(json, "owner"),
                    text(json, "template"),
                    text(json, "template_id"),
                    text(json, "digest"),
                    text(json, "uuid"),
                    numbers(json.get("ram_bytes")),
                    platform,
                    new GuestIdentity(
                            json.has("hostname") ? Optional.of(text(json, "hostname")) : Optional.empty(),
                            json.has("machine_id"))));
        } catch (JsonParseException
                | IllegalStateException
                | NullPointerException
                | UnsupportedOperationException
                | ClassCastException
                | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** What a template's clones have in their records, for {@code grep -F}. */
    static String templateField(String name) {
        return "\"template\":\"" + name + "\"";
    }

    // A single number is what machines of one node had at first.
    private static List<Long> numbers(JsonElement json) {
        if (json.isJsonPrimitive()) {
            return List.of(json.getAsLong());
        }
        List<Long> numbers = new ArrayList<>();
        json.getAsJsonArray().forEach(each -> numbers.add(each.getAsLong()));
        return numbers;
    }

    private static Flavour flavour(JsonObject json) {
        return Optional.ofNullable(json.get("flavour"))
                .flatMap(word -> Flavour.parse(word.getAsString()))
                .orElse(Flavour.STOCK);
    }

    private static String text(JsonObject json, String key) {
        return json.get(key).getAsString();
    }
}
