package tplctl.cli;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tplctl.engine.Locks;
import tplctl.engine.Report;
import tplctl.engine.RunListener;
import tplctl.kind.ResourceId;
import tplctl.model.Becoming;
import tplctl.model.Observations;
import tplctl.model.Plan;
import tplctl.model.Planner;
import tplctl.model.Project;
import tplctl.model.Resource;
import tplctl.model.Selection;
import tplctl.report.PlanJson;
import tplctl.report.PlanText;
import tplctl.report.PlanWords;
import tplctl.report.ReportJson;
import tplctl.report.ReportText;
import tplctl.report.RunContext;

/** From a loaded project to the exit code: lock, observe, plan, show, ask, run, report. */
final class PlannedRun implements AutoCloseable {
    private final Invocation invocation;
    private final Arguments args;
    private final Session session;
    private final Output output;
    private final RunCommand.Mode mode;
    private final Progress progress;
    private final Interrupts interrupts;
    private final Phases phases = new Phases(System::nanoTime);
    private final Stopping stopping = new Stopping(Stopping.GRACE, this::endSteps);
    private Map<String, String> unreachable = Map.of();
    private volatile boolean running;

    PlannedRun(Invocation invocation, Session session, Output output, RunCommand.Mode mode) {
        this.invocation = invocation;
        this.args = invocation.args();
        this.session = session;
        this.output = output;
        this.mode = mode;
        this.progress = Progress.of(invocation, output);
        this.interrupts = Interrupts.install(this::interrupted);
        session.listen(RunListener.both(progress, phases));
    }

    /** The hosts where this run becomes another user for anything, so that it does for what concerns the host as a whole, too. */
    static Set<String> becoming(Project project, Selection selection, Invocation invocation) {
        Set<String> becoming = new HashSet<>();
        boolean otherwise = invocation.args().has(Flag.BECOME);
        for (String name : Loader.hosts(project, selection)) {
            Optional.ofNullable(project.inventory().hosts().get(name))
                    .filter(host -> Becoming.of(host, otherwise))
                    .ifPresent(host -> becoming.add(name));
        }
        project.graph().order().stream()
                .filter(Resource::becomes)
                .filter(selection::selects)
                .forEach(r -> {
                    becoming.add(r.id().host());
                    becoming.addAll(r.elsewhere());
                });
        return becoming;
    }

    int of(Project project, Selection selection, boolean dry) {
        List<String> hosts = touched(project, selection);
        session.use(project.inventory(), becoming(project, selection, invocation));
        boolean keepGoing = args.has(Flag.KEEP_GOING);
        Map<String, String> locked = new LinkedHashMap<>();
        if (!dry) {
            Locks.Refused refused = lock(hosts, keepGoing);
            if (!refused.isEmpty() && !keepGoing) {
                return notOurs(refused);
            }
            refused.held().forEach((host, e) -> locked.put(host, String.valueOf(e.getMessage())));
            refused.failed().forEach((host, e) -> locked.put(host, String.valueOf(e.getMessage())));
        }
        Observations observations = observe(project, selection, hosts, locked);
        unreachable = observations.unreachable();
        phases.begin("plan");
        Plan plan = plan(project, selection, observations);
        phases.end();
        if (dry) {
            show(plan);
            return planned(plan);
        }
        if (output != Output.JSON) {
            show(plan);
        }
        if (!plan.canRun() && !keepGoing) {
            return stopped(
                    plan,
                    "nothing was changed, because this plan cannot run"
                            + (plan.problems().isEmpty() ? " as a whole; --keep-going does the rest of it" : ""),
                    ExitCode.FAILED);
        }
        plan = plan.leavingOut();
        if (plan.asks() && !args.has(Flag.YES)) {
            if (!invocation.terminal().answers()) {
                return stopped(
                        plan,
                        "the plan replaces, removes or migrates something and nobody is there to agree; --yes agrees",
                        ExitCode.DECLINED);
            }
            if (output == Output.JSON) {
                invocation.terminal().err().print(PlanText.render(plan, planOptions(plan), invocation.talkStyle()));
            }
            if (!Question.agreed(invocation.terminal(), "Do it?")) {
                return stopped(plan, "declined; nothing was changed", ExitCode.DECLINED);
            }
        }
        running = true;
        phases.begin("run");
        Plan agreed = plan;
        progress.about(
                project.graph(),
                plan.inOrder().size() + plan.removals().size() + plan.absent().size());
        RunListener heard = RunListener.both(stopping, progress);
        Report report =
                progress.during(() -> session.run(agreed, project, observations.owned(), args.has(Flag.ADOPT), heard));
        stopping.over();
        phases.end();
        report(report);
        return ended(report, !locked.isEmpty());
    }

    /** What shows to the user how the run goes on. */
    Progress progress() {
        return progress;
    }

    private Locks.Refused lock(List<String> hosts, boolean keepGoing) {
        phases.begin("lock");
        return progress.during(() -> session.lock(hosts, invocation.line(), progress::note, keepGoing));
    }

    private Observations observe(Project project, Selection selection, List<String> hosts, Map<String, String> locked) {
        phases.begin("observe");
        List<String> ours = hosts.stream().filter(h -> !locked.containsKey(h)).toList();
        List<Resource<?, ?>> observed = observed(project, selection);
        List<Resource<?, ?>> asked = observed.stream()
                .filter(r -> !locked.containsKey(r.id().host()))
                .toList();
        return progress.during(() -> session.observe(asked, ours)).without(locked, observed);
    }

    @Override
    public void close() {
        interrupts.close();
    }

    private Plan plan(Project project, Selection selection, Observations observations) {
        Planner.Options options =
                new Planner.Options(selection, args.has(Flag.PRUNE), args.has(Flag.FORCE), args.has(Flag.ADOPT));
        return mode == RunCommand.Mode.DESTROY
                ? Planner.destroy(project, observations, options, invocation.kinds())
                : Planner.plan(project, observations, options, invocation.kinds());
    }

    // What is about further hosts changes those too, whatever -l says of them.
    private static List<String> touched(Project project, Selection selection) {
        Set<String> hosts = new LinkedHashSet<>(Loader.hosts(project, selection));
        project.graph().order().stream().filter(selection::selects).forEach(r -> hosts.addAll(r.elsewhere()));
        return List.copyOf(hosts);
    }

    // Destroying goes by what the hosts remember, which is read for every host anyway.
    private List<Resource<?, ?>> observed(Project project, Selection selection) {
        if (mode == RunCommand.Mode.DESTROY) {
            return List.of();
        }
        Set<ResourceId> wanted = new HashSet<>();
        project.graph().order().stream().filter(selection::selects).forEach(r -> {
            wanted.add(r.id());
            wanted.addAll(project.graph().dependencies(r.id()));
        });
        return project.graph().order().stream()
                .filter(r -> wanted.contains(r.id()))
                .toList();
    }

    private void show(Plan plan) {
        switch (output) {
            case JSON -> invocation.print(PlanJson.of(plan, unreachable));
            case NDJSON -> invocation.printLine("plan", PlanJson.of(plan, unreachable));
            case TEXT -> {
                boolean brief = args.has(Flag.QUIET);
                if (brief && mode == RunCommand.Mode.PLAN) {
                    invocation.print(PlanWords.summary(plan) + "\n");
                } else if (!brief || !plan.problems().isEmpty()) {
                    invocation.print(PlanText.render(plan, planOptions(plan), invocation.style()));
                }
            }
        }
        invocation.terminal().out().flush();
    }

    private PlanText.Options planOptions(Plan plan) {
        Map<ResourceId, String> diffs = args.has(Flag.DIFF) ? Diffs.of(plan, session) : Map.of();
        return new PlanText.Options(args.has(Flag.SHOW_COMMANDS), args.count(Flag.VERBOSE) > 0, diffs, unreachable);
    }

    // The document that stdout owes is then the plan: there is no report of a run that was none.
    private int stopped(Plan plan, String why, int exit) {
        if (output == Output.JSON) {
            show(plan);
        }
        invocation.say("tplctl: " + why);
        return exit;
    }

    private void report(Report report) {
        boolean profile = args.has(Flag.PROFILE);
        RunContext context = new RunContext(unreachable, profile ? phases.took() : Map.of());
        switch (output) {
            case JSON -> invocation.print(ReportJson.of(report, context));
            case NDJSON -> invocation.printLine("report", ReportJson.of(report, context));
            case TEXT -> {
                boolean brief = args.has(Flag.QUIET)
                        && !report.hasFailures()
                        && unreachable.isEmpty()
                        && !report.hasUnreachable()
                        && !report.interrupted();
                invocation.print(
                        brief
                                ? ReportText.recap(report, context, invocation.style())
                                : "\n" + ReportText.render(report, context, profile, invocation.style()));
            }
        }
    }

    private int planned(Plan plan) {
        boolean failed = !plan.canRun();
        boolean pending = args.has(Flag.DETAILED_EXITCODE)
                && (!plan.removals().isEmpty()
                        || plan.inOrder().stream().anyMatch(p -> !p.changes().isEmpty()));
        return failed || pending ? ExitCode.FAILED : reached();
    }

    private int notOurs(Locks.Refused refused) {
        refused.held().values().forEach(e -> invocation.say("tplctl: " + e.getMessage()));
        refused.failed().values().forEach(e -> invocation.say("tplctl: " + e.getMessage()));
        return refused.held().isEmpty() ? ExitCode.FAILED : ExitCode.LOCKED;
    }

    private int ended(Report report, boolean hostsLeftOut) {
        if (interrupts.exit().isPresent()) {
            return interrupts.exit().getAsInt();
        }
        if (report.hasFailures() || hostsLeftOut) {
            return ExitCode.FAILED;
        }
        return report.hasUnreachable() ? ExitCode.UNREACHABLE : reached();
    }

    // A host without a resource in the plan has no outcome to tell of it; it is said where no text on stdout tells.
    private int reached() {
        if (output != Output.TEXT || (args.has(Flag.QUIET) && mode == RunCommand.Mode.PLAN)) {
            unreachable.values().stream().sorted().forEach(why -> invocation.say("tplctl: " + why));
        }
        return unreachable.isEmpty() ? ExitCode.DONE : ExitCode.UNREACHABLE;
    }

    private void interrupted(int times, int exit) {
        if (!running) {
            invocation.say("interrupted; nothing was changed");
            session.interrupt();
            halt(exit);
        } else if (times == 1) {
            // Said first, or a run that ends at once would be over before.
            progress.note(stopping.words());
            session.stop();
            stopping.begin();
        } else if (times == 2) {
            stopping.now();
        } else {
            halt(exit);
        }
    }

    private void endSteps() {
        progress.note("ending what runs");
        session.interrupt();
    }

    // Not exit: what it waits for may be what does not end.
    private void halt(int exit) {
        invocation.terminal().out().flush();
        invocation.terminal().err().flush();
        Runtime.getRuntime().halt(exit);
    }
}
