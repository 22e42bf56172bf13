package tplctl.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import tplctl.engine.Status;

/** What runs as {@code tplctl.status/v1}; a template's {@code verified} is there only when its digests were computed. */
public final class StatusJson {
    private StatusJson() {}

    public static JsonObject of(List<Status> statuses) {
        JsonObject json = new JsonObject();
        json.addProperty("schema", "tplctl.status/v1");
        JsonArray hosts = new JsonArray();
        for (Status status : statuses) {
            JsonObject host = new JsonObject();
            host.addProperty("name", status.host());
            JsonArray templates = new JsonArray();
            status.templates().forEach(t -> templates.add(template(t)));
            host.add("templates", templates);
            JsonArray vms = new JsonArray();
            status.vms().forEach(v -> vms.add(vm(v)));
            host.add("vms", vms);
            hosts.add(host);
        }
        json.add("hosts", hosts);
        return json;
    }

    private static JsonObject template(Status.Template template) {
        JsonObject json = new JsonObject();
        json.addProperty("name", template.name());
        json.addProperty("digest", template.digest());
        json.addProperty("memory_bytes", template.memoryBytes());
        if (!template.verified().isEmpty()) {
            json.addProperty("verified", template.verified());
        }
        return json;
    }

    private static JsonObject vm(Status.Vm vm) {
        JsonObject json = new JsonObject();
        json.addProperty("name", vm.name());
        json.addProperty("template", vm.template());
        json.addProperty("state", vm.state());
        json.addProperty("pid", vm.pid());
        json.addProperty("uptime_seconds", vm.uptimeSeconds());
        json.addProperty("private_bytes", vm.privateBytes());
        json.addProperty("shared_bytes", vm.sharedBytes());
        return json;
    }
}
