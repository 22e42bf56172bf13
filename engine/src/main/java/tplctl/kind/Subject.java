package tplctl.kind;

import java.time.Duration;
import java.util.Optional;

/**
 * Whose observation or change it is.
 *
 * @param owner who made or makes the resource: the playbook's base name or {@code --owner}
 * @param timeout the user's {@code timeout} for each step of this resource, if one is set
 */
public record Subject(ResourceId id, String owner, Optional<Duration> timeout) {
    public Subject(ResourceId id, String owner) {
        this(id, owner, Optional.empty());
    }

    public String name() {
        return id.name();
    }

    /** The limit of one step: the user's, or {@code fallback}. */
    public Duration limit(Duration fallback) {
        return timeout.orElse(fallback);
    }
}
