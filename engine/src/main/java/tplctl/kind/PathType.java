package tplctl.kind;

import java.util.Optional;
import java.util.function.BiConsumer;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** An absolute path; what it means for the graph is said by {@code report}. */
record PathType(BiConsumer<Decoding, Decoding.PathUse> report) implements Type<AbsPath> {
    @Override
    public String label() {
        return "an absolute path";
    }

    @Override
    public Shape shape() {
        return new Shape.Text("/.*");
    }

    @Override
    public Optional<AbsPath> decode(Node node, Decoding to) {
        if (!(node instanceof Scalar scalar)) {
            return to.mismatch(node, label());
        }
        if (!scalar.text().startsWith("/")) {
            to.error(
                    scalar.at(),
                    "\"" + to.field() + "\" takes an absolute path, not " + scalar.label(),
                    "a path on the host begins with \"/\"");
            return Optional.empty();
        }
        if (to.refusesNul(scalar)) {
            return Optional.empty();
        }
        Optional<AbsPath> path = AbsPath.parse(scalar.text());
        if (path.isEmpty()) {
            to.error(
                    scalar.at(),
                    "\"" + to.field() + "\" takes an absolute path without \"..\", not " + scalar.label(),
                    "write the path that is meant");
        }
        if (path.isPresent()) {
            report.accept(to, new Decoding.PathUse(path.get(), scalar.at()));
        }
        return path;
    }
}
