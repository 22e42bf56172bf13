package tplctl.it;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads tplctl's JSON documents. */
final class Json {
    private Json() {}

    static JsonObject of(Tplctl.Result result) {
        return JsonParser.parseString(result.out()).getAsJsonObject();
    }

    /** What each resource's {@code key} is, by the resource's id without its host. */
    static Map<String, String> byResource(JsonObject document, String key) {
        Map<String, String> found = new LinkedHashMap<>();
        for (JsonElement element : document.getAsJsonArray("resources")) {
            JsonObject resource = element.getAsJsonObject();
            String id = resource.get("id").getAsString();
            found.put(id.substring(id.indexOf(':') + 1), resource.get(key).getAsString());
        }
        return found;
    }

    /** The VMs of a status document's only host. */
    static List<JsonObject> vms(JsonObject status) {
        List<JsonObject> vms = new ArrayList<>();
        status.getAsJsonArray("hosts")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("vms")
                .forEach(vm -> vms.add(vm.getAsJsonObject()));
        return vms;
    }

    static JsonObject vm(JsonObject status, String name) {
        return vms(status).stream()
                .filter(vm -> vm.get("name").getAsString().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no VM " + name + " in " + status));
    }
}
