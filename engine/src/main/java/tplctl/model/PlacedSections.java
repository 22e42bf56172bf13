package tplctl.model;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tplctl.diag.Diagnostics;
import tplctl.expr.Expressions;
import tplctl.expr.Scope;
import tplctl.kind.Kind;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/**
 * Reads a play whose resources say themselves on which host they are, each in the field that {@link Kind#placedBy} names. That field
 * is resolved with the play's variables; all others with those of the host it gives.
 */
final class PlacedSections {
    private final PlaybookDecoder playbook;
    private final Map<String, Kind<?, ?>> kinds;
    private final Diagnostics errors;

    PlacedSections(PlaybookDecoder playbook) {
        this.playbook = playbook;
        this.kinds = playbook.context().kinds();
        this.errors = playbook.errors();
    }

    /** Whether a play takes no {@code hosts} because of what is in it. */
    boolean isPlaced(MapNode play) {
        return play.get("hosts").isEmpty()
                && play.entries().keySet().stream().anyMatch(key -> isPlaced(kinds.get(key.text())));
    }

    /** Reports the sections of a play with {@code hosts} that cannot be in one. */
    void refuse(MapNode play) {
        for (Scalar key : play.entries().keySet()) {
            if (isPlaced(kinds.get(key.text()))) {
                errors.error(
                        key.at(),
                        "\"" + key.text() + "\" in a play with \"hosts\"",
                        "each of them says itself where it is, in \"" + field(kinds.get(key.text()))
                                + "\"; put them into a play without \"hosts\"");
            }
        }
    }

    /**
     * Reads the play's sections.
     *
     * @param scope the play's variables
     * @param known where a resource on a host of the inventory is read
     * @param unknown where one on any other is, so that it hides no other mistakes
     */
    void decode(
            MapNode play,
            Scope scope,
            Function<String, SectionDecoder.Where> known,
            Function<String, SectionDecoder.Where> unknown) {
        play.entries().forEach((key, section) -> {
            Kind<?, ?> kind = kinds.get(key.text());
            if (kind != null && isPlaced(kind)) {
                section(kind, section, scope, known, unknown);
            } else if (kind != null) {
                List<String> placed = kinds.values().stream()
                        .filter(PlacedSections::isPlaced)
                        .map(Kind::name)
                        .toList();
                errors.error(
                        key.at(),
                        "\"" + key.text() + "\" in a play without \"hosts\"",
                        "put it into a play of its own that says \"hosts: …\"; only " + String.join(", ", placed)
                                + " say themselves where they are");
            }
        });
    }

    private void section(
            Kind<?, ?> kind,
            Node section,
            Scope scope,
            Function<String, SectionDecoder.Where> known,
            Function<String, SectionDecoder.Where> unknown) {
        if (!(section instanceof MapNode map)) {
            new SectionDecoder.Section<>(playbook, kind, section).decode(unknown.apply("no host"));
            return;
        }
        map.entries().forEach((name, node) -> {
            Optional<Node> place = node instanceof MapNode body
                    ? body.get(field(kind)).map(written -> resolved(written, scope))
                    : Optional.empty();
            Optional<String> host = place.filter(Scalar.class::isInstance)
                    .map(s -> ((Scalar) s).text())
                    .filter(playbook.inventory().hosts()::containsKey);
            host.ifPresent(playbook::addHost);
            SectionDecoder.Where where =
                    host.map(known).orElseGet(() -> unknown.apply("the host of " + kind.name() + "." + name.text()));
            Node body = place.map(p -> with((MapNode) node, field(kind), p)).orElse(node);
            new SectionDecoder.Section<>(playbook, kind, section).entry(where, name, body);
        });
    }

    private Node resolved(Node written, Scope scope) {
        Set<Node> unresolved = Collections.newSetFromMap(new IdentityHashMap<>());
        return Expressions.resolve(written, scope, errors, unresolved);
    }

    private static Node with(MapNode body, String field, Node value) {
        Map<Scalar, Node> entries = new LinkedHashMap<>();
        body.entries().forEach((key, old) -> entries.put(key, key.text().equals(field) ? value : old));
        return new MapNode(entries, body.at());
    }

    private static String field(@Nullable Kind<?, ?> kind) {
        return Optional.ofNullable(kind).flatMap(Kind::placedBy).orElseThrow();
    }

    private static boolean isPlaced(@Nullable Kind<?, ?> kind) {
        return kind != null && kind.placedBy().isPresent();
    }
}
