package tplctl.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.diag.Diagnostics;
import tplctl.engine.Status;
import tplctl.engine.Threads;
import tplctl.host.HostException;
import tplctl.host.HostUnreachableException;
import tplctl.inventory.Inventory;
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
        Session.Options options = Session.Options.of(invocation, loader.extraVars(new Diagnostics()));
        try (Session session = invocation.sessions().open(inventory, options);
                Interrupts interrupts = Interrupts.install((times, exit) -> {
                    session.interrupt();
                    Runtime.getRuntime().halt(exit);
                })) {
            Map<String, String> failed = new LinkedHashMap<>();
            Map<String, String> unreachable = new LinkedHashMap<>();
            List<Status> found = ask(
                    AskedHosts.of(
                                    invocation.args().positionals().stream().findFirst(),
                                    invocation,
                                    loader,
                                    inventory,
                                    session)
                            .names(),
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

    private static List<Status> ask(
            List<String> hosts,
            Session session,
            boolean verify,
            int forks,
            Map<String, String> failed,
            Map<String, String> unreachable) {
        Map<String, Answer> answers = Threads.each(hosts, forks, host -> answer(session, host, verify));
        List<Status> found = new ArrayList<>();
        answers.forEach((host, answer) -> {
            answer.status().ifPresent(found::add);
            answer.failed().ifPresent(why -> failed.put(host, why));
            answer.unreachable().ifPresent(why -> unreachable.put(host, why));
        });
        return found;
    }

    private record Answer(Optional<Status> status, Optional<String> failed, Optional<String> unreachable) {}

    private static Answer answer(Session session, String host, boolean verify) {
        try {
            return new Answer(Optional.of(session.status(host, verify)), Optional.empty(), Optional.empty());
        } catch (HostUnreachableException e) {
            return new Answer(Optional.empty(), Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
        } catch (HostException e) {
            return new Answer(Optional.empty(), Optional.of(String.valueOf(e.getMessage())), Optional.empty());
        }
    }

    private static void show(List<Status> found, Output output, Invocation invocation) {
        switch (output) {
            case JSON -> invocation.print(StatusJson.of(found));
            case NDJSON -> invocation.printLine("status", StatusJson.of(found));
            case TEXT -> invocation.print(StatusText.render(found, invocation.style()));
        }
    }
}
