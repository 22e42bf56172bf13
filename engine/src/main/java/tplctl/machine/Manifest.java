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
 * What is known of a sealed template; the JSON file beside its state. There is a template exactly when there is a whole manifest.
 *
 * @param id names the build: the first digits of the digest of all its files
 * @param memory the RAM files, one for each NUMA node
 * @param emulatorStamp see {@link Sealed#stamp}, of the emulator's program file
 * @param inputs stamps of the kernel and the initial RAM disk, which the guest was booted from
 */
public record Manifest(
        String name,
        String owner,
        String id,
        String specDigest,
        String emulator,
        String emulatorStamp,
        Platform platform,
        long ramBytes,
        List<Sealed> memory,
        Sealed state,
        List<Sealed> disks,
        List<String> inputs) {
    /**
     * A file that must not change any more.
     *
     * @param stamp device, inode, size, mtime and ctime, as {@link HostScripts#STAMP} prints them
     */
    public record Sealed(String path, String sha256, String stamp) {
        /** Its size, by its stamp; 0 when that cannot be read. */
        public long bytes() {
            String[] parts = stamp.split(":", 4);
            return parts.length == 4 && parts[2].matches("[0-9]{1,18}") ? Long.parseLong(parts[2]) : 0;
        }

        /** Whether a stamp taken now says that the file is untouched. A reboot may give its device another number. */
        public boolean matches(String now) {
            return stamp.substring(stamp.indexOf(':') + 1).equals(now.substring(now.indexOf(':') + 1));
        }
    }

    private static final String SCHEMA = "tplctl.template/v1";

    public Manifest {
        memory = List.copyOf(memory);
        disks = List.copyOf(disks);
        inputs = List.copyOf(inputs);
    }

    /** Whether the files of both have the same contents. */
    public boolean isSameAs(Manifest other) {
        return digests().equals(other.digests());
    }

    private List<String> digests() {
        return files().stream().map(Sealed::sha256).toList();
    }

    /** All its files: those of the RAM, the state, the disks. */
    public List<Sealed> files() {
        List<Sealed> files = new ArrayList<>(memory);
        files.add(state);
        files.addAll(disks);
        return files;
    }

    /** One line of JSON. */
    public String toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("schema", SCHEMA);
        json.addProperty("name", name);
        json.addProperty("owner", owner);
        json.addProperty("id", id);
        json.addProperty("spec_digest", specDigest);
        json.addProperty("emulator", emulator);
        json.addProperty("emulator_stamp", emulatorStamp);
        json.addProperty("emulator_version", platform.version().toString());
        json.addProperty("machine_type", platform.machineType());
        json.addProperty("flavour", platform.flavour().word());
        json.addProperty("accel", platform.accel());
        json.addProperty("accel_reason", platform.accelReason());
        json.addProperty("ram_bytes", ramBytes);
        json.add("memory", array(memory));
        json.add("state", sealed(state));
        json.add("disks", array(disks));
        JsonArray inputArray = new JsonArray();
        inputs.forEach(inputArray::add);
        json.add("inputs", inputArray);
        return json.toString();
    }

    /** Reads a manifest; empty when it is none. */
    public static Optional<Manifest> parse(String line) {
        try {
            JsonObject json = JsonParser.parseString(line).getAsJsonObject();
            if (!SCHEMA.equals(json.get("schema").getAsString())) {
                return Optional.empty();
            }
            List<String> inputs = new ArrayList<>();
            json.getAsJsonArray("inputs").forEach(i -> inputs.add(i.getAsString()));
            return Optional.of(new Manifest(
                    text(json, "name"),
                    text(json, "owner"),
                    text(json, "id"),
                    text(json, "spec_digest"),
                    text(json, "emulator"),
                    text(json, "emulator_stamp"),
                    new Platform(
                            text(json, "machine_type"),
                            text(json, "accel"),
                            text(json, "accel_reason"),
                            QemuVersion.parse(text(json, "emulator_version")).orElse(QemuVersion.UNKNOWN),
                            flavour(json)),
                    json.get("ram_bytes").getAsLong(),
                    list(json.get("memory")),
                    sealed(json.getAsJsonObject("state")),
                    list(json.get("disks")),
                    inputs));
        } catch (JsonParseException
                | IllegalStateException
                | NullPointerException
                | UnsupportedOperationException
                | ClassCastException
                | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Flavour flavour(JsonObject json) {
        return Optional.ofNullable(json.get("flavour"))
                .flatMap(word -> Flavour.parse(word.getAsString()))
                .orElse(Flavour.STOCK);
    }

    private static String text(JsonObject json, String key) {
        return json.get(key).getAsString();
    }

    private static JsonArray array(List<Sealed> files) {
        JsonArray array = new JsonArray();
        files.forEach(f -> array.add(sealed(f)));
        return array;
    }

    // A single file is what templates of one node had at first.
    private static List<Sealed> list(JsonElement json) {
        if (json.isJsonObject()) {
            return List.of(sealed(json.getAsJsonObject()));
        }
        List<Sealed> files = new ArrayList<>();
        json.getAsJsonArray().forEach(f -> files.add(sealed(f.getAsJsonObject())));
        return files;
    }

    private static JsonObject sealed(Sealed file) {
        JsonObject json = new JsonObject();
        json.addProperty("path", file.path());
        json.addProperty("sha256", file.sha256());
        json.addProperty("stamp", file.stamp());
        return json;
    }

    private static Sealed sealed(JsonObject json) {
        return new Sealed(text(json, "path"), text(json, "sha256"), text(json, "stamp"));
    }
}
