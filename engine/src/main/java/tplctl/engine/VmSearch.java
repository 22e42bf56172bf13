package tplctl.engine;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tplctl.diag.Suggest;
import tplctl.machine.VmRecord;

/** Decides which VM a name means, by what hosts have. */
public final class VmSearch {
    /** What came of it. */
    public sealed interface Verdict {}

    /** This one, which runs. */
    public record Found(VmSighting at) implements Verdict {}

    /** It left for this host, which was not asked yet. */
    public record MovedTo(String host, String from) implements Verdict {}

    /** There is none that could be reached; {@code message} says why and what would help. */
    public record None(Why why, String message) implements Verdict {}

    /** Why there is none. */
    public enum Why {
        /** No host has such a VM. */
        UNKNOWN,
        /** Several hosts run one. */
        AMBIGUOUS,
        /** It is known, and does not run. */
        NOT_RUNNING,
        /** This user may not look. */
        FORBIDDEN,
        /** It may be on a host that could not be asked. */
        NOT_ASKED
    }

    private static final int SHOWN = 8;

    private final String name;
    private final Collection<VmSighting> seen;
    private final Map<String, String> absent;
    private final Set<String> declared;

    /**
     * @param seen what each host has that was asked
     * @param absent why other hosts could not be asked, by name
     * @param declared the VMs that a playbook declares, if one was given
     */
    public VmSearch(String name, Collection<VmSighting> seen, Map<String, String> absent, Set<String> declared) {
        this.name = name;
        this.seen = List.copyOf(seen);
        this.absent = new TreeMap<>(absent);
        this.declared = Set.copyOf(declared);
    }

    public Verdict verdict() {
        List<VmSighting> running =
                seen.stream().filter(s -> s.runs() && !s.marks().isMoved()).toList();
        // While it moves, both hosts have an emulator; until it is the other one's, it runs where it was.
        List<VmSighting> own =
                running.stream().filter(s -> !s.marks().incoming()).toList();
        List<VmSighting> best = own.isEmpty() ? running : own;
        if (best.size() == 1) {
            return new Found(best.get(0));
        }
        if (best.size() > 1) {
            return new None(
                    Why.AMBIGUOUS,
                    name + " runs on " + hosts(best) + "; choose one with -l "
                            + best.get(0).host());
        }
        for (VmSighting left : seen) {
            if (left.marks().isMoved() && left.marks().said().isPresent()) {
                String to = left.marks().to();
                if (absent.containsKey(to)) {
                    return new None(
                            Why.NOT_ASKED, name + " moved from " + left.host() + " to " + absent.getOrDefault(to, to));
                }
                if (seen.stream().noneMatch(s -> s.host().equals(to))) {
                    return new MovedTo(to, left.host());
                }
            }
        }
        return none();
    }

    private None none() {
        List<VmSighting> known = seen.stream().filter(VmSighting::isKnown).toList();
        if (!known.isEmpty()) {
            return new None(Why.NOT_RUNNING, off(known.get(0)));
        }
        List<VmSighting> closed = seen.stream().filter(VmSighting::closed).toList();
        if (!closed.isEmpty()) {
            return new None(
                    Why.FORBIDDEN,
                    "this user may not look at what tplctl keeps on " + hosts(closed)
                            + "; -b looks as root through sudo");
        }
        if (!absent.isEmpty()) {
            String where = seen.isEmpty() ? "" : "no VM \"" + name + "\" on " + hosts(seen) + "; not asked: ";
            return new None(Why.NOT_ASKED, where + String.join("; ", absent.values()));
        }
        Optional<VmSighting> left =
                seen.stream().filter(s -> s.marks().isMoved()).findFirst();
        if (left.isPresent()) {
            return new None(
                    Why.NOT_RUNNING,
                    name + " moved from " + left.get().host() + " to "
                            + left.get().marks().to() + ", which has no such VM now; tplctl status shows what it has");
        }
        if (declared.contains(name)) {
            return new None(
                    Why.NOT_RUNNING,
                    name + " is declared, but was not made yet on " + hosts(seen) + "; tplctl apply makes it");
        }
        return new None(Why.UNKNOWN, unknown());
    }

    private String off(VmSighting at) {
        if (at.marks().isMoving()) {
            return "a move of " + name + " from " + at.host() + " to "
                    + at.marks().to()
                    + " was begun, and how it ended is not known; tplctl apply with that migration settles it";
        }
        if (at.marks().incoming()) {
            return "a move of " + name + " to " + at.host()
                    + " was begun and did not end; tplctl apply with that migration settles it";
        }
        return at.shown() + (at.wasUp() ? " is off" : " is defined, but was never up") + "; tplctl apply starts it";
    }

    private String unknown() {
        Set<String> names = new TreeSet<>(declared);
        Set<String> clones = new TreeSet<>();
        for (VmSighting host : seen) {
            for (VmRecord record : host.records().values()) {
                names.add(record.name());
                if (record.template().equals(name)) {
                    clones.add(record.name());
                }
            }
        }
        List<String> counted = names.stream()
                .filter(n -> n.matches("\\Q" + name + "\\E-[0-9]+"))
                .toList();
        if (!counted.isEmpty()) {
            return "\"" + name + "\" is several VMs; name one of them: " + listed(counted);
        }
        if (!clones.isEmpty()) {
            return "\"" + name + "\" is a template; its clones are " + listed(clones);
        }
        String has = names.isEmpty()
                ? "no VM is known there; -i names other hosts"
                : "there " + (names.size() == 1 ? "is " : "are ") + listed(names);
        return "no VM \"" + name + "\" on " + hosts(seen) + "; " + Suggest.didYouMean(name, names, has);
    }

    private static String hosts(Collection<VmSighting> sightings) {
        return listed(sightings.stream().map(VmSighting::host).toList());
    }

    private static String listed(Collection<String> names) {
        String shown = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
        return names.size() > SHOWN ? shown + ", … (" + names.size() + ")" : shown;
    }
}
