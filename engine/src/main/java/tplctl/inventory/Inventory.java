package tplctl.inventory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.diag.Suggest;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** The hosts and what is said of each. {@code localhost} is always there, reached without a connection. */
public record Inventory(Map<String, Host> hosts) {
    public static final String LOCALHOST = "localhost";

    /** A host and its variables, from whatever group or file they come. */
    public record Host(String name, Map<String, Node> vars) {
        public Host {
            vars = Collections.unmodifiableMap(new LinkedHashMap<>(vars));
        }

        /** Whether commands run on this machine itself. */
        public boolean isLocal() {
            return text("ansible_connection").map("local"::equals).orElse(name.equals(LOCALHOST));
        }

        private Optional<String> text(String variable) {
            return Optional.ofNullable(vars.get(variable))
                    .filter(Scalar.class::isInstance)
                    .map(n -> ((Scalar) n).text());
        }
    }

    public Inventory {
        hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
    }

    /** An inventory that names nobody but localhost. */
    public static Inventory implicit() {
        return new Inventory(Map.of(LOCALHOST, new Host(LOCALHOST, Map.of())));
    }

    /** The inventory with one more host, or with more variables for one it has; the new ones win. */
    public Inventory with(String name, Map<String, Node> vars) {
        Map<String, Host> all = new LinkedHashMap<>(hosts);
        Map<String, Node> merged = new LinkedHashMap<>();
        Host before = all.get(name);
        if (before != null) {
            merged.putAll(before.vars());
        }
        merged.putAll(vars);
        all.put(name, new Host(name, merged));
        return new Inventory(all);
    }

    /**
     * The hosts that a pattern selects, in inventory order: names and globs joined by {@code :} or {@code ,}. Wherever they stand,
     * {@code &} then keeps only what it has too, and {@code !} takes away last; with nothing else to begin with, all hosts are.
     * {@code all} is every host that was named, localhost only when nobody else is.
     */
    public List<String> match(String pattern, Position at, Diagnostics errors) {
        List<String> terms = Stream.of(pattern.split("[,:]"))
                .map(String::strip)
                .filter(t -> !t.isEmpty())
                .toList();
        Set<String> selected = new LinkedHashSet<>();
        terms.stream().filter(t -> sign(t) == ' ').forEach(t -> selected.addAll(named(t, at, errors)));
        if (!terms.isEmpty() && terms.stream().allMatch(t -> sign(t) != ' ')) {
            selected.addAll(named("all", at, errors));
        }
        terms.stream().filter(t -> sign(t) == '&').forEach(t -> selected.retainAll(named(t.substring(1), at, errors)));
        terms.stream().filter(t -> sign(t) == '!').forEach(t -> selected.removeAll(named(t.substring(1), at, errors)));
        List<String> inOrder = new ArrayList<>(hosts.keySet());
        inOrder.retainAll(selected);
        return inOrder;
    }

    private static char sign(String term) {
        char first = term.charAt(0);
        return first == '&' || first == '!' ? first : ' ';
    }

    private Collection<String> named(String term, Position at, Diagnostics errors) {
        if (term.equals("all") || term.equals("*")) {
            Set<String> all = new LinkedHashSet<>(hosts.keySet());
            if (all.size() > 1) {
                all.remove(LOCALHOST);
            }
            return all;
        }
        if (term.indexOf('*') >= 0 || term.indexOf('?') >= 0) {
            Pattern glob = glob(term);
            return hosts.keySet().stream()
                    .filter(h -> glob.matcher(h).matches())
                    .toList();
        }
        if (!hosts.containsKey(term)) {
            errors.error(
                    at,
                    "no host \"" + term + "\" in the inventory",
                    Suggest.didYouMean(term, hosts.keySet(), "it has: " + String.join(", ", hosts.keySet())));
            return List.of();
        }
        return List.of(term);
    }

    private static Pattern glob(String term) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < term.length(); i++) {
            char c = term.charAt(i);
            regex.append(
                    switch (c) {
                        case '*' -> ".*";
                        case '?' -> ".";
                        default -> Pattern.quote(String.valueOf(c));
                    });
        }
        return Pattern.compile(regex.toString());
    }
}
