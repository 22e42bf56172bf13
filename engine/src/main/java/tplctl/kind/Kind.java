package tplctl.kind;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A kind of resource. Every method is pure: it reads its arguments and nothing else.
 *
 * @param <S> what is wanted, decoded from the playbook
 * @param <O> what was observed on the host
 */
public interface Kind<S, O> extends Answers<S, O> {
    /**
     * The key of a {@linkplain #trace trace} that holds the id of the resource which this one {@linkplain Decoding#standsFor stands
     * for}: what is remembered here is no orphan while that one is declared, and goes when that one does.
     */
    String STANDS_FOR = "stands_for";

    /** The section's name in a play: {@code mounts}. */
    String name();

    /** What is so when a resource of this kind holds, in one sentence. */
    String doc();

    /** A complete section as a playbook writes it, for {@code explain}. */
    String example();

    Schema<S> schema();

    /** The field that takes the list when the section is written as a plain list; it then has one resource, {@code default}. */
    default Optional<String> listField() {
        return Optional.empty();
    }

    /** Whether {@code count} makes many of one entry. */
    default boolean counted() {
        return false;
    }

    /**
     * The field that says on which host a resource of this kind is. The play of such a kind takes no {@code hosts}. Empty, as for
     * most kinds: it is on each of the play's hosts.
     */
    default Optional<String> placedBy() {
        return Optional.empty();
    }

    /** Further hosts that a resource is about: its probe asks them too, and its steps may change them. */
    default Set<String> elsewhere(Subject self, S spec) {
        return Set.of();
    }

    /** Whether a name of this kind is taken on its host for every owner, as a VM's is. */
    default boolean namedHostWide() {
        return false;
    }

    /**
     * Whether {@link #probe}, {@link #changes} and {@link #trace} give the same on every host for a resource of the same name, owner
     * and timeout: nothing in them then names the host, or reads a local file, which may change meanwhile. They may be asked once for
     * many.
     */
    default boolean sameOnEveryHost() {
        return false;
    }

    /** Kinds that come first on the same host wherever no reference or {@code needs} says otherwise. */
    default Set<String> after() {
        return Set.of();
    }

    /** What a resource shows to those that refer to it. */
    default Object exports(Subject self, S spec) {
        return spec;
    }

    /** The spec completed by what it refers to; errors of the combination go to {@code errors}. */
    default S link(Subject self, S spec, Links links, Decoding errors) {
        return spec;
    }

    /**
     * What changes because something that the resource stands on is being replaced, although the resource itself is as it should
     * be. Only asked for the plan: once the replacement ran, {@link #changes} sees it.
     */
    default List<Change> displaced(Subject self, S want, O have) {
        return changes(self, want, have);
    }

    /** What those changes take from the host's limited pools. */
    default List<Claim> claims(Subject self, S want, O have, List<Change> changes) {
        return List.of();
    }

    Removal removal(Subject self, Map<String, String> trace);
}
