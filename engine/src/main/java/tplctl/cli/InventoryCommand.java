package tplctl.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.diag.Suggest;
import tplctl.inventory.Inventory;
import tplctl.report.Json;

/** {@code inventory}: the hosts, in the forms of ansible-inventory. */
final class InventoryCommand implements Command {
    @Override
    public Form form() {
        return new Form(
                "Shows the hosts of an inventory and their variables. Passwords are masked.",
                "",
                "tplctl inventory -i o41,o40, --graph",
                List.of(Flag.INVENTORY, Flag.LIST, Flag.HOST, Flag.GRAPH));
    }

    @Override
    public int run(Invocation invocation) {
        Inventory inventory = new Loader(invocation).inventory();
        Optional<String> host = invocation.args().value(Flag.HOST);
        if (host.isPresent()) {
            invocation.print(Json.document(variables(inventory, host.get())));
        } else if (invocation.args().has(Flag.GRAPH)) {
            StringBuilder out = new StringBuilder("@all:\n");
            inventory
                    .hosts()
                    .keySet()
                    .forEach(name -> out.append("  |--").append(name).append('\n'));
            invocation.print(out.toString());
        } else {
            invocation.print(Json.document(all(inventory)));
        }
        return ExitCode.DONE;
    }

    private static JsonObject variables(Inventory inventory, String name) {
        Inventory.Host host = inventory.hosts().get(name);
        if (host == null) {
            throw new UsageException("no host \"" + name + "\" in the inventory; "
                    + Suggest.didYouMean(
                            name,
                            inventory.hosts().keySet(),
                            "it has: " + String.join(", ", inventory.hosts().keySet())));
        }
        return NodeJson.of(host.vars());
    }

    private static JsonObject all(Inventory inventory) {
        JsonObject variables = new JsonObject();
        JsonArray names = new JsonArray();
        for (Map.Entry<String, Inventory.Host> host : inventory.hosts().entrySet()) {
            variables.add(host.getKey(), NodeJson.of(host.getValue().vars()));
            names.add(host.getKey());
        }
        JsonObject meta = new JsonObject();
        meta.add("hostvars", variables);
        JsonObject group = new JsonObject();
        group.add("hosts", names);
        JsonObject json = new JsonObject();
        json.add("_meta", meta);
        json.add("all", group);
        return json;
    }
}
