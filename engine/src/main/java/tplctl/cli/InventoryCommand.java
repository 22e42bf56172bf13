package tplctl.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.diag.Diagnostics;
import tplctl.diag.Suggest;
import tplctl.inventory.Explanation;
import tplctl.inventory.Group;
import tplctl.inventory.Inventory;
import tplctl.inventory.Names;
import tplctl.text.Node;

/** {@code inventory}: the hosts, in the forms of ansible-inventory, and where their variables come from. */
final class InventoryCommand implements Command {
    @Override
    public Form form() {
        return new Form(
                "Shows the hosts of an inventory, their groups and their variables; given a playbook, with the group_vars and"
                        + " host_vars beside it. Expressions are shown as they are written, passwords masked. Without -i,"
                        + " the inventory is what the variable TPLCTL_INVENTORY names, or else localhost.",
                "[PLAYBOOK]",
                "tplctl inventory -i inventory/hosts.yml --host o41 --explain",
                List.of(
                        Flag.INVENTORY,
                        Flag.EXTRA_VARS,
                        Flag.LIST,
                        Flag.HOST,
                        Flag.GRAPH,
                        Flag.EXPLAIN,
                        Flag.OUTPUT,
                        Flag.JSON,
                        Flag.QUIET,
                        Flag.NO_COLOR));
    }

    @Override
    public int run(Invocation invocation) {
        Arguments args = invocation.args();
        Output output = Output.of(args);
        Optional<String> host = args.value(Flag.HOST);
        if (args.has(Flag.EXPLAIN) && host.isEmpty()) {
            throw new UsageException("--explain tells of one host: it needs --host NAME");
        }
        if (args.has(Flag.GRAPH) && (host.isPresent() || output != Output.TEXT)) {
            throw new UsageException("--graph is a drawing of the whole inventory, without --host and as text");
        }
        Loader loader = new Loader(invocation);
        Inventory inventory = loader.inventory();
        if (host.isPresent()) {
            Inventory.Host found = find(inventory, host.get());
            Map<String, Node> extraVars = loader.extraVars(new Diagnostics());
            if (args.has(Flag.EXPLAIN)) {
                explain(invocation, found, extraVars, output);
            } else {
                invocation.print(NodeJson.of(inventory
                        .with(found.name(), extraVars)
                        .hosts()
                        .getOrDefault(found.name(), found)
                        .vars()));
            }
        } else if (args.has(Flag.GRAPH)) {
            StringBuilder out = new StringBuilder();
            draw(inventory, Group.ALL, "", out);
            invocation.print(out.toString());
        } else {
            invocation.print(all(inventory));
        }
        return ExitCode.DONE;
    }

    private static Inventory.Host find(Inventory inventory, String name) {
        Inventory.Host host = inventory.hosts().get(name);
        if (host == null) {
            throw new UsageException("no host \"" + name + "\" in the inventory; "
                    + Suggest.didYouMean(
                            name,
                            inventory.hosts().keySet(),
                            "it has: " + Names.listed(inventory.hosts().keySet())));
        }
        return host;
    }

    private static void explain(
            Invocation invocation, Inventory.Host host, Map<String, Node> extraVars, Output output) {
        Map<String, List<Explanation.Origin>> origins = Explanation.of(host, extraVars);
        if (output == Output.TEXT) {
            invocation.print(ExplanationText.of(origins));
        } else {
            invocation.print(ExplanationText.json(host.name(), origins));
        }
    }

    // As ansible-inventory draws it.
    private static void draw(Inventory inventory, String name, String indent, StringBuilder out) {
        out.append(indent).append(indent.isEmpty() ? "@" : "--@").append(name).append(":\n");
        Group group = inventory.groups().get(name);
        if (group == null) {
            return;
        }
        String below = indent.isEmpty() ? "  |" : indent + "  |";
        group.children().forEach(child -> draw(inventory, child, below, out));
        hosts(inventory, group)
                .forEach(host -> out.append(below).append("--").append(host).append('\n'));
    }

    // A host that is in no other group is in "ungrouped", and localhost there when nobody else is named.
    private static List<String> hosts(Inventory inventory, Group group) {
        if (group.name().equals(Group.ALL)) {
            return List.of();
        }
        boolean nobody =
                group.name().equals(Group.UNGROUPED) && inventory.hosts().size() == 1;
        return nobody ? inventory.all() : group.hosts();
    }

    private static JsonObject all(Inventory inventory) {
        JsonObject variables = new JsonObject();
        inventory
                .all()
                .forEach(name ->
                        variables.add(name, NodeJson.of(find(inventory, name).vars())));
        JsonObject meta = new JsonObject();
        meta.add("hostvars", variables);
        JsonObject json = new JsonObject();
        json.add("_meta", meta);
        for (Group group : inventory.groups().values()) {
            JsonObject shown = new JsonObject();
            if (!group.children().isEmpty()) {
                shown.add("children", names(group.children()));
            }
            List<String> hosts = hosts(inventory, group);
            if (!hosts.isEmpty()) {
                shown.add("hosts", names(hosts));
            }
            json.add(group.name(), shown);
        }
        return json;
    }

    private static JsonArray names(List<String> names) {
        JsonArray array = new JsonArray();
        names.forEach(array::add);
        return array;
    }
}
