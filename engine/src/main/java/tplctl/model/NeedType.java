package tplctl.model;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.kind.Decoding;
import tplctl.kind.Ref;
import tplctl.kind.Shape;
import tplctl.kind.Type;
import tplctl.kind.Types;
import tplctl.text.ListNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** A resource as {@code needs} writes it: {@code mounts.ramdisk}, {@code o40:templates.base}. */
final class NeedType implements Type<Ref> {
    private static final Pattern FORM = Pattern.compile("(?:([^:\\s]+):)?([a-z_]+)\\.(" + Types.NAME.pattern() + ")");

    @Override
    public String label() {
        return "a resource such as mounts.ramdisk or o40:templates.base";
    }

    @Override
    public Shape shape() {
        return new Shape.Text(FORM.pattern());
    }

    /** Whether what is written there, if anything is, names no host: on each it is then what that host has. */
    static boolean areOfOneHost(Optional<Node> written) {
        List<Node> items = written.isEmpty()
                ? List.of()
                : written.get() instanceof ListNode list ? list.items() : List.of(written.get());
        return items.stream()
                .noneMatch(
                        item -> item instanceof Scalar scalar && scalar.text().contains(":"));
    }

    @Override
    public Optional<Ref> decode(Node node, Decoding to) {
        if (!(node instanceof Scalar scalar)) {
            return to.mismatch(node, label());
        }
        Matcher m = FORM.matcher(scalar.text());
        if (!m.matches()) {
            return to.mismatch(node, label());
        }
        Ref ref = new Ref(m.group(1) == null ? to.host() : m.group(1), m.group(2), m.group(3), scalar.at());
        to.refer(ref);
        return Optional.of(ref);
    }
}
