package tplctl.cli;

import java.util.List;
import java.util.Optional;
import tplctl.model.ResourceGraph;
import tplctl.report.GraphText;

/** {@code graph}: what comes before what, and why. */
final class GraphCommand implements Command {
    @Override
    public Form form() {
        return new Form(
                "Prints the graph of the playbook's resources; every arrow says why. Asks no host anything.",
                "PLAYBOOK",
                "tplctl graph playbooks/quickstart.yml | dot -Tsvg > graph.svg",
                List.of(Flag.FORMAT, Flag.INVENTORY, Flag.EXTRA_VARS, Flag.OWNER, Flag.QUIET, Flag.NO_COLOR));
    }

    @Override
    public int run(Invocation invocation) {
        String format = invocation.args().value(Flag.FORMAT).orElse("dot");
        if (!format.equals("dot") && !format.equals("mermaid")) {
            throw new UsageException("--format takes dot or mermaid, not \"" + format + "\"");
        }
        Loader loader = new Loader(invocation);
        ResourceGraph graph = loader.load(
                        loader.playbook(), loader.inventory(), host -> Optional.of(OrdinaryHost.facts()))
                .graph();
        invocation.print(format.equals("dot") ? GraphText.dot(graph) : GraphText.mermaid(graph));
        return ExitCode.DONE;
    }
}
