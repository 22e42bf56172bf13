package tplctl.kind;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tplctl.diag.Suggest;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** A host of the inventory, by its name. */
final class HostType implements Type<String> {
    @Override
    public String label() {
        return "a host of the inventory";
    }

    @Override
    public Shape shape() {
        return new Shape.Text("[^:\\s]+");
    }

    @Override
    public Optional<String> decode(Node node, Decoding to) {
        if (!(node instanceof Scalar s) || !s.text().matches("[^:\\s]+")) {
            return to.mismatch(node, label());
        }
        Set<String> known = new TreeSet<>(to.peers().keySet());
        if (known.isEmpty() || known.contains(s.text())) {
            return Optional.of(s.text());
        }
        to.error(
                s.at(),
                "no host \"" + s.text() + "\" in the inventory",
                Suggest.didYouMean(s.text(), known, "it has: " + String.join(", ", known)));
        return Optional.empty();
    }
}
