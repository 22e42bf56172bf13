package tplctl.kind;

import java.util.Optional;

/** What other resources of the same playbook say of themselves; see {@link Kind#exports}. */
public interface Links {
    /** What the resource that {@code ref} names exports, when it is of that type. */
    <T> Optional<T> of(Ref ref, Class<T> type);

    /** Whether another resource of the playbook {@linkplain Decoding#standsFor stands for} the one that asks. */
    default boolean isStoodFor() {
        return false;
    }

    /** What the nearest resource that provides this path or a parent of it exports, when one does and it is of that type. */
    <T> Optional<T> providing(AbsPath path, Class<T> type);
}
