package tplctl.kind;

/** Names one resource of one host; written {@code HOST:KIND.NAME}. */
public record ResourceId(String host, String kind, String name) implements Comparable<ResourceId> {
    /** The id without its host, as a playbook's {@code needs} writes it: {@code KIND.NAME}. */
    public String local() {
        return kind + "." + name;
    }

    @Override
    public int compareTo(ResourceId other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return host + ":" + kind + "." + name;
    }
}
