package tplctl.model;

import java.util.Set;

/**
 * Which resources a run is about.
 *
 * @param tags only resources with one of them, or named by one of them as {@code KIND.NAME} or {@code HOST:KIND.NAME}; all when
 *     empty
 * @param skipped none with one of them
 * @param hosts only resources of these hosts; of all when empty
 */
public record Selection(Set<String> tags, Set<String> skipped, Set<String> hosts) {
    public static final Selection ALL = new Selection(Set.of(), Set.of(), Set.of());

    public Selection {
        tags = Set.copyOf(tags);
        skipped = Set.copyOf(skipped);
        hosts = Set.copyOf(hosts);
    }

    public boolean selects(Resource<?, ?> resource) {
        if (isAll()) {
            return true;
        }
        Set<String> own = resource.common().tags();
        boolean wanted = tags.isEmpty()
                || tags.contains("all")
                || own.contains("always")
                || own.stream().anyMatch(tags::contains)
                || tags.stream().anyMatch(tag -> names(tag, resource));
        return wanted && covers(resource.id().host()) && own.stream().noneMatch(skipped::contains);
    }

    /** Whether it selects whatever there is. */
    boolean isAll() {
        return tags.isEmpty() && skipped.isEmpty() && hosts.isEmpty();
    }

    /** Whether the run is about that host. */
    public boolean covers(String host) {
        return hosts.isEmpty() || hosts.contains(host);
    }

    /** Whether a text is a resource's id or, of a counted one, that of all its siblings; the host may be left out. */
    public static boolean names(String text, Resource<?, ?> resource) {
        String group = resource.id().kind() + "." + resource.group();
        return text.equals(resource.id().toString())
                || text.equals(resource.id().local())
                || text.equals(group)
                || text.equals(resource.id().host() + ":" + group);
    }
}
