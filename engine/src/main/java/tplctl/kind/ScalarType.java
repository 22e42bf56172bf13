package tplctl.kind;

import java.util.Optional;
import java.util.function.Function;
import tplctl.text.Node;
import tplctl.text.Scalar;

/**
 * A type whose values are written as one scalar.
 *
 * @param nul whether a NUL character may be in it; nothing that becomes a command's argument can have one
 */
record ScalarType<T>(String label, Shape shape, boolean nul, Function<Scalar, Optional<T>> parse) implements Type<T> {
    @Override
    public Optional<T> decode(Node node, Decoding to) {
        if (!(node instanceof Scalar scalar)) {
            return to.mismatch(node, label);
        }
        if (!nul && to.refusesNul(scalar)) {
            return Optional.empty();
        }
        Optional<T> value = parse.apply(scalar);
        return value.isPresent() ? value : to.mismatch(node, label);
    }
}
