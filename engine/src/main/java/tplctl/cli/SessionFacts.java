package tplctl.cli;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final Progress progress;
    private List<String> selected = List.of();
    private Optional<Map<String, Node>> gathered = Optional.empty();

    /** @param progress shows that hosts are waited for */
    SessionFacts(Session session, Invocation invocation, Progress progress) {
        this.session = session;
        this.progress = progress;
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
            gathered = Optional.of(progress.during(() -> session.facts(selected)));
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
