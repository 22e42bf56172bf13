package tplctl.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.engine.Threads;
import tplctl.engine.VmSearch;
import tplctl.engine.VmSighting;
import tplctl.host.HostException;
import tplctl.host.HostUnreachableException;
import tplctl.kind.Types;

/** Finds the VM that the user names, on whichever host it runs, and says why when there is none. */
final class NamedVm {
    private final String name;
    private final Invocation invocation;
    private final Session session;
    private final AskedHosts hosts;
    private final Map<String, VmSighting> seen = new LinkedHashMap<>();
    private final Map<String, String> unreachable = new LinkedHashMap<>();
    private final Map<String, String> failed = new LinkedHashMap<>();
    private int exit = ExitCode.DONE;

    NamedVm(String name, Invocation invocation, Session session, AskedHosts hosts) {
        this.name = name;
        this.invocation = invocation;
        this.session = session;
        this.hosts = hosts;
    }

    /** Refuses what can be no VM's name, such as a playbook's path in its place. */
    static String checked(String name) {
        if (!Types.NAME.matcher(name).matches()) {
            throw new UsageException("\"" + name + "\" cannot be a VM's name; the name comes first, a playbook last");
        }
        return name;
    }

    /** The VM; empty when there is none that runs, which was said. */
    Optional<VmSighting> find() {
        ask(hosts.names());
        while (true) {
            Map<String, String> absent = new LinkedHashMap<>(unreachable);
            absent.putAll(failed);
            VmSearch.Verdict verdict = new VmSearch(name, seen.values(), absent, hosts.vms()).verdict();
            if (verdict instanceof VmSearch.Found found) {
                if (!absent.isEmpty() && !invocation.args().has(Flag.QUIET)) {
                    absent.values().forEach(why -> invocation.say("tplctl: not asked: " + why));
                }
                return Optional.of(found.at());
            }
            if (verdict instanceof VmSearch.MovedTo moved
                    && hosts.inventory().hosts().containsKey(moved.host())) {
                ask(List.of(moved.host()));
            } else {
                refuse(verdict);
                return Optional.empty();
            }
        }
    }

    /** The exit code for a VM that was not found. */
    int exit() {
        return exit;
    }

    private void refuse(VmSearch.Verdict verdict) {
        if (verdict instanceof VmSearch.MovedTo moved) {
            invocation.say("tplctl: " + name + " moved from " + moved.from() + " to " + moved.host()
                    + ", which is not in the inventory; name one that has it with -i");
            exit = ExitCode.USAGE;
        } else if (verdict instanceof VmSearch.None none) {
            invocation.say("tplctl: " + none.message());
            exit = switch (none.why()) {
                case UNKNOWN, AMBIGUOUS -> ExitCode.USAGE;
                case NOT_RUNNING, FORBIDDEN -> ExitCode.FAILED;
                case NOT_ASKED -> failed.isEmpty() ? ExitCode.UNREACHABLE : ExitCode.FAILED;
            };
        }
    }

    private void ask(List<String> names) {
        int forks = invocation.args().number(Flag.FORKS, Flag.DEFAULT_FORKS);
        Threads.each(names, forks, this::answer).forEach((host, answer) -> {
            answer.sighting().ifPresent(s -> seen.put(host, s));
            answer.failed().ifPresent(why -> failed.put(host, why));
            answer.unreachable().ifPresent(why -> unreachable.put(host, why));
        });
    }

    private record Answer(Optional<VmSighting> sighting, Optional<String> failed, Optional<String> unreachable) {}

    private Answer answer(String host) {
        try {
            return new Answer(Optional.of(session.find(host, name)), Optional.empty(), Optional.empty());
        } catch (HostUnreachableException e) {
            return new Answer(Optional.empty(), Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
        } catch (HostException e) {
            return new Answer(Optional.empty(), Optional.of(String.valueOf(e.getMessage())), Optional.empty());
        }
    }
}
