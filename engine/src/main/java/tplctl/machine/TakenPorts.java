package tplctl.machine;

import java.util.List;

/** What a plan says of ports that {@link Listener#look} found taken. */
public final class TakenPorts {
    private TakenPorts() {}

    /**
     * Why a plan is refused.
     *
     * @param taken as they were printed
     * @param shall who shall listen there: "web shall"
     */
    public static String refusal(List<String> taken, String host, String shall) {
        return "something listens on " + String.join(" and ", taken) + " of " + host + " already, where a console of "
                + shall + "; end it, or give the console another port";
    }
}
