package tplctl.cli;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import tplctl.inventory.Inventory;
import tplctl.model.Survey;
import tplctl.text.Node;

/**
 * Facts of the hosts themselves. All hosts that are selected are connected to as soon as they are known, and asked side by side as soon
 * as the first fact is needed. A host that {@code -l} leaves out is not asked.
 */
final class SessionFacts implements FactSource {
    private final Session session;
    private final Invocation invocation;
    private final Supplier<Progress.Shown> waiting;
    private List<String> selected = List.of();
    private Optional<Map<String, Node>> gathered = Optional.empty();

    /** @param waiting called when hosts are waited for; what it gives is closed after that */
    SessionFacts(Session session, Invocation invocation, Supplier<Progress.Shown> waiting) {
        this.session = session;
        this.waiting = waiting;
        this.invocation = invocation;
    }

    @Override
    public void begin(Node root, Inventory inventory, Map<String, Node> extraVars) {
        Survey survey = Survey.of(root, inventory, extraVars, invocation.args().has(Flag.BECOME));
        selected = selected(survey);
        session.begin(survey.inventory(), selected, survey.becoming());
    }

    @Override
    public Optional<Node> of(Inventory.Host host) {
        if (gathered.isEmpty()) {
            try (Progress.Shown shown = waiting.get()) {
                gathered = Optional.of(session.facts(selected));
            }
        }
        return gathered.map(facts -> facts.get(host.name()));
    }

    private List<String> selected(Survey survey) {
        if (!invocation.args().has(Flag.LIMIT)) {
            return survey.hosts();
        }
        try {
            Set<String> limited = new HashSet<>(new Loader(invocation).limited(survey.inventory()));
            return survey.hosts().stream().filter(limited::contains).toList();
        } catch (UsageException e) {
            // Said when the playbook is known to be without errors, as ever.
            return List.of();
        }
    }
}
