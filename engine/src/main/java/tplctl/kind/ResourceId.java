package tplctl.kind;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names one resource of one host; written {@code HOST:KIND.NAME}. */
public record ResourceId(String host, String kind, String name) implements Comparable<ResourceId> {
    private static final Pattern FORM = Pattern.compile("([^:\\s]+):([a-z_]+)\\.(\\S+)");

    /** Reads what {@link #toString} writes; empty when it is no id. */
    public static Optional<ResourceId> parse(String text) {
        Matcher m = FORM.matcher(text);
        return m.matches() ? Optional.of(new ResourceId(m.group(1), m.group(2), m.group(3))) : Optional.empty();
    }

    /** The id without its host, as a playbook's {@code needs} writes it: {@code KIND.NAME}. */
    public String local() {
        return kind + "." + name;
    }

    @Override
    public int compareTo(ResourceId other) {
        // The order of the whole texts, which need not be put together for that.
        int order = compare(host, other.host, ':');
        if (order == 0) {
            order = compare(kind, other.kind, '.');
        }
        return order != 0 ? order : name.compareTo(other.name);
    }

    /** As of two texts that this character follows; where it stands in the longer one too, the shorter comes first. */
    private static int compare(String one, String other, char end) {
        int common = Math.min(one.length(), other.length());
        for (int i = 0; i < common; i++) {
            if (one.charAt(i) != other.charAt(i)) {
                return one.charAt(i) - other.charAt(i);
            }
        }
        if (one.length() == other.length()) {
            return 0;
        }
        boolean shorter = one.length() < other.length();
        int next = (shorter ? other : one).charAt(common);
        int order = next == end ? -1 : end - next;
        return shorter ? order : -order;
    }

    @Override
    public String toString() {
        return host + ":" + kind + "." + name;
    }

    // Spelled out, because a record's own are linked at run time, which costs a start-up tens of milliseconds.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ResourceId that
                && name.equals(that.name)
                && kind.equals(that.kind)
                && host.equals(that.host);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * host.hashCode() + kind.hashCode()) + name.hashCode();
    }
}
