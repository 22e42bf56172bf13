package tplctl.cli;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tplctl.inventory.Inventory;
import tplctl.model.Becoming;
import tplctl.model.Project;
import tplctl.model.Selection;

/**
 * The hosts that a command asks which can do without a playbook: those of a playbook, or of {@code -i}, or this machine.
 *
 * @param inventory all hosts there are, those that the playbook brought itself among them
 * @param vms the VMs that the playbook declares, if one was given
 */
record AskedHosts(List<String> names, Inventory inventory, Set<String> vms) {
    /** Loads the playbook, if there is one, and begins to connect to its hosts. */
    static AskedHosts of(
            Optional<String> playbook, Invocation invocation, Loader loader, Inventory inventory, Session session) {
        boolean become = invocation.args().has(Flag.BECOME);
        QuietProgress progress = new QuietProgress(invocation.terminal().err());
        session.listen(progress);
        if (playbook.isEmpty()) {
            List<String> hosts = loader.limited(inventory);
            session.begin(inventory, hosts, becoming(inventory, become));
            return new AskedHosts(hosts, inventory, Set.of());
        }
        Project project = loader.load(playbook.get(), inventory, new SessionFacts(session, invocation, progress));
        Set<String> becoming = new HashSet<>(becoming(project.inventory(), become));
        List<String> hosts = Loader.hosts(project, loader.selection(project));
        hosts.forEach(becoming::remove);
        becoming.addAll(PlannedRun.becoming(project, Selection.ALL, invocation));
        session.use(project.inventory(), becoming);
        Set<String> vms = project.graph().order().stream()
                .filter(r -> r.id().kind().equals("vms"))
                .map(r -> r.id().name())
                .collect(Collectors.toSet());
        return new AskedHosts(hosts, project.inventory(), vms);
    }

    // Of all hosts: a VM may have moved to one that is not asked at first.
    private static Set<String> becoming(Inventory inventory, boolean otherwise) {
        return inventory.hosts().values().stream()
                .filter(host -> Becoming.of(host, otherwise))
                .map(Inventory.Host::name)
                .collect(Collectors.toSet());
    }
}
