package tplctl.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tplctl.diag.Diagnostics;
import tplctl.engine.Status;
import tplctl.host.HostException;
import tplctl.host.HostUnreachableException;
import tplctl.inventory.Inventory;
import tplctl.model.Project;
import tplctl.report.Json;
import tplctl.report.StatusJson;
import tplctl.report.StatusText;

/** {@code status}: what runs on the hosts of a playbook, of {@code -i}, or on this machine. */
final class StatusCommand implements Command {
    @Override
    public Form form() {
        return new Form(
                "Shows each template and VM: state, pid, uptime, and how much of its RAM is its own and how much it shares"
                        + " with its template. Without a playbook: of the hosts of -i, or of this machine.",
                "[PLAYBOOK]",
                "tplctl status --verify playbooks/quickstart.yml",
                flags());
    }

    private static List<Flag> flags() {
        List<Flag> flags =
                new ArrayList<>(List.of(Flag.INVENTORY, Flag.LIMIT, Flag.EXTRA_VARS, Flag.OWNER, Flag.FORKS));
        flags.addAll(Flag.CONNECTING);
        flags.addAll(List.of(Flag.VERIFY, Flag.OUTPUT, Flag.JSON, Flag.QUIET, Flag.NO_COLOR));
        return flags;
    }

    @Override
    public int run(Invocation invocation) {
        Output output = Output.of(invocation.args());
        Loader loader = new Loader(invocation);
        Inventory inventory = loader.inventory();
        Session.Options options = Session.Options.of(invocation.args(), loader.extraVars(new Diagnostics()));
        try (Session session = invocation.sessions().open(inventory, options);
                Interrupts interrupts = Interrupts.install((times, exit) -> {
                    session.interrupt();
                    Runtime.getRuntime().halt(exit);
                })) {
            Map<String, String> failed = new LinkedHashMap<>();
            Map<String, String> unreachable = new LinkedHashMap<>();
            List<Status> found = ask(
                    hosts(invocation, loader, inventory, session),
                    session,
                    invocation.args().has(Flag.VERIFY),
                    options.forks(),
                    failed,
                    unreachable);
            show(found, output, invocation);
            failed.values().forEach(why -> invocation.say("tplctl: " + why));
            unreachable.values().forEach(why -> invocation.say("tplctl: " + why));
            boolean damaged = found.stream()
                    .flatMap(s -> s.templates().stream())
                    .anyMatch(t -> !t.verified().isEmpty() && !t.verified().equals("ok"));
            if (interrupts.exit().isPresent()) {
                return interrupts.exit().getAsInt();
            }
            if (damaged || !failed.isEmpty()) {
                return ExitCode.FAILED;
            }
            return unreachable.isEmpty() ? ExitCode.DONE : ExitCode.UNREACHABLE;
        }
    }

    private static List<String> hosts(Invocation invocation, Loader loader, Inventory inventory, Session session) {
        if (!invocation.args().positionals().isEmpty()) {
            Project project = loader.load(loader.playbook(), inventory, session::facts);
            session.use(project.inventory());
            return Loader.hosts(project, loader.selection(project));
        }
        return loader.limited(inventory);
    }

    private static List<Status> ask(
            List<String> hosts,
            Session session,
            boolean verify,
            int forks,
            Map<String, String> failed,
            Map<String, String> unreachable) {
        ExecutorService pool = Executors.newFixedThreadPool(Math.max(1, Math.min(forks, hosts.size())));
        try {
            Map<String, Future<Status>> pending = new LinkedHashMap<>();
            hosts.forEach(host -> pending.put(host, pool.submit(() -> session.status(host, verify))));
            List<Status> found = new ArrayList<>();
            for (Map.Entry<String, Future<Status>> one : pending.entrySet()) {
                try {
                    found.add(one.getValue().get());
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof HostUnreachableException) {
                        unreachable.put(one.getKey(), e.getCause().getMessage());
                    } else if (e.getCause() instanceof HostException) {
                        failed.put(one.getKey(), e.getCause().getMessage());
                    } else {
                        throw new IllegalStateException(e.getCause());
                    }
                }
            }
            return found;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading the status", e);
        } finally {
            pool.shutdownNow();
        }
    }

    private static void show(List<Status> found, Output output, Invocation invocation) {
        switch (output) {
            case JSON -> invocation.print(Json.document(StatusJson.of(found)));
            case NDJSON -> invocation.print(EventProgress.line("status", StatusJson.of(found)));
            case TEXT -> invocation.print(StatusText.render(found, invocation.style()));
        }
    }
}
