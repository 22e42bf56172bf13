package tplctl.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tplctl.diag.Diagnostics;
import tplctl.inventory.Inventory;
import tplctl.model.Project;
import tplctl.model.Resource;
import tplctl.model.Selection;

/** {@code apply}, {@code plan} and {@code destroy}: one path, of which the last two go another length. */
final class RunCommand implements Command {
    /** How far it goes, and which way. */
    enum Mode {
        APPLY,
        PLAN,
        DESTROY
    }

    private static final List<Flag> LOADING =
            List.of(Flag.INVENTORY, Flag.LIMIT, Flag.TAGS, Flag.SKIP_TAGS, Flag.EXTRA_VARS, Flag.OWNER, Flag.FORKS);
    private static final List<Flag> SHOWING = List.of(Flag.DIFF, Flag.SHOW_COMMANDS);
    private static final List<Flag> RUNNING = List.of(Flag.CHECK, Flag.YES, Flag.KEEP_GOING, Flag.PROFILE);
    private static final List<Flag> LISTING =
            List.of(Flag.LIST_HOSTS, Flag.LIST_TASKS, Flag.LIST_TAGS, Flag.SYNTAX_CHECK);
    private static final List<Flag> TALKING = List.of(Flag.OUTPUT, Flag.JSON, Flag.VERBOSE, Flag.QUIET, Flag.NO_COLOR);

    private final Mode mode;

    RunCommand(Mode mode) {
        this.mode = mode;
    }

    @Override
    public Form form() {
        List<Flag> flags = new ArrayList<>(LOADING);
        flags.addAll(Flag.CONNECTING);
        flags.addAll(SHOWING);
        switch (mode) {
            case APPLY -> {
                flags.addAll(RUNNING);
                flags.addAll(List.of(Flag.PRUNE, Flag.FORCE, Flag.ADOPT));
                flags.addAll(LISTING);
            }
            case PLAN -> {
                flags.addAll(List.of(Flag.PRUNE, Flag.FORCE, Flag.ADOPT, Flag.DETAILED_EXITCODE));
                flags.addAll(LISTING);
            }
            case DESTROY -> {
                flags.addAll(RUNNING);
                flags.addAll(List.of(Flag.PRUNE, Flag.FORCE));
            }
        }
        flags.addAll(TALKING);
        return switch (mode) {
            case APPLY ->
                new Form(
                        "Makes what the playbook says so: shows the plan, asks if anything is replaced, removed or migrated,"
                                + " and runs it. What is so already stays untouched.",
                        "PLAYBOOK",
                        "tplctl apply playbooks/quickstart.yml",
                        flags);
            case PLAN ->
                new Form(
                        "Shows what apply would do, and changes nothing.",
                        "PLAYBOOK",
                        "tplctl plan --show-commands playbooks/quickstart.yml",
                        flags);
            case DESTROY ->
                new Form(
                        "Removes what the playbook declares and its owner made, in reverse order.",
                        "PLAYBOOK",
                        "tplctl destroy --yes playbooks/quickstart.yml",
                        flags);
        };
    }

    @Override
    public int run(Invocation invocation) {
        Arguments args = invocation.args();
        Output output = Output.of(args);
        if (args.has(Flag.PRUNE) && args.has(Flag.TAGS)) {
            throw new UsageException("--prune removes all that is no longer declared, so it cannot be had with --tags");
        }
        if (args.has(Flag.SYNTAX_CHECK)) {
            return new ValidateCommand().run(invocation);
        }
        Loader loader = new Loader(invocation);
        Inventory inventory = loader.inventory();
        if (args.has(Flag.LIST_HOSTS) || args.has(Flag.LIST_TASKS) || args.has(Flag.LIST_TAGS)) {
            return list(invocation, loader, inventory);
        }
        boolean dry = mode == Mode.PLAN || args.has(Flag.CHECK);
        try (Session session = invocation
                        .sessions()
                        .open(inventory, Session.Options.of(invocation, loader.extraVars(new Diagnostics())));
                PlannedRun run = new PlannedRun(invocation, session, output, mode)) {
            Project project =
                    loader.load(loader.playbook(), inventory, new SessionFacts(session, invocation, run.progress()));
            return run.of(project, loader.selection(project), dry);
        }
    }

    private static int list(Invocation invocation, Loader loader, Inventory inventory) {
        Arguments args = invocation.args();
        Project project = loader.load(loader.playbook(), inventory, host -> Optional.of(OrdinaryHost.facts()));
        Selection selection = loader.selection(project);
        List<Resource<?, ?>> selected =
                project.graph().order().stream().filter(selection::selects).toList();
        StringBuilder out = new StringBuilder();
        if (args.has(Flag.LIST_HOSTS)) {
            List<String> hosts = Loader.hosts(project, selection);
            boolean some = args.has(Flag.TAGS) || args.has(Flag.SKIP_TAGS);
            Set<String> used = selected.stream().map(r -> r.id().host()).collect(Collectors.toSet());
            hosts.stream()
                    .filter(host -> !some || used.contains(host))
                    .forEach(host -> out.append(host).append('\n'));
        }
        if (args.has(Flag.LIST_TASKS)) {
            selected.forEach(r -> out.append(r.id()).append('\n'));
        }
        if (args.has(Flag.LIST_TAGS)) {
            Loader.tags(selected).forEach(t -> out.append(t).append('\n'));
        }
        invocation.print(out.toString());
        return ExitCode.DONE;
    }
}
