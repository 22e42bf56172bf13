package tplctl.machine;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a plan says of ports that {@link Listener#look} found taken. */
public final class TakenPorts {
    private static final String HOLDER = " held by ";

    private TakenPorts() {}

    /**
     * Why a plan is refused. A VM that holds a port may be about to leave in the same run, but nothing orders the two.
     *
     * @param taken as they were printed
     * @param shall who shall listen there: "web shall"
     */
    public static String refusal(List<String> taken, String host, String shall) {
        List<String> holders =
                taken.stream().flatMap(port -> holder(port).stream()).distinct().toList();
        return "something listens on "
                + taken.stream().map(TakenPorts::shown).collect(Collectors.joining(" and ")) + " of " + host
                + " already, where a console of " + shall + "; "
                + (holders.isEmpty()
                        ? "end it"
                        : "first apply with " + String.join(" and ", holders)
                                + " stopped or removed, and without what shall listen there")
                + ", or give the console another port";
    }

    private static String shown(String taken) {
        return holder(taken)
                .map(vm -> taken.substring(0, taken.indexOf(HOLDER)) + " (the VM " + vm + ")")
                .orElse(taken);
    }

    private static Optional<String> holder(String taken) {
        int at = taken.indexOf(HOLDER);
        return at < 0 ? Optional.empty() : Optional.of(taken.substring(at + HOLDER.length()));
    }
}
