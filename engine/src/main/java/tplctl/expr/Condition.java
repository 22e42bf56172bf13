package tplctl.expr;

import java.util.List;
import java.util.Optional;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** One {@code when}. */
record Condition(Scalar scalar, Evaluator evaluator) {
    boolean holds() {
        return Expressions.asBoolean(scalar.text()).or(this::evaluated).orElse(false);
    }

    private Optional<Boolean> evaluated() {
        String text = scalar.text();
        if (!text.contains("{{") && !text.contains("{%")) {
            return expression(text, 0);
        }
        List<Parts.Part> parts = Parts.of(text.strip()).parts();
        int stripped = text.indexOf(text.strip());
        if (parts.size() == 1 && parts.get(0) instanceof Parts.Expression only) {
            return expression(only.source(), stripped + only.at());
        }
        return evaluator.value(scalar, "").flatMap(value -> bool(value.node()));
    }

    private Optional<Boolean> expression(String source, int at) {
        Place place = Place.in(scalar);
        Optional<Reference> reference = Reference.parse(source, at);
        if (reference.isPresent()) {
            return evaluator.lookup(reference.get(), place).flatMap(value -> bool(value.node()));
        }
        if (source.isBlank()) {
            return bool(scalar);
        }
        return evaluator.jinja(source, at, place).flatMap(text -> bool(new Scalar(text, true, scalar.at())));
    }

    private Optional<Boolean> bool(Node value) {
        Optional<Boolean> result = value instanceof Scalar text ? Expressions.asBoolean(text.text()) : Optional.empty();
        if (result.isEmpty()) {
            evaluator.fail(
                    scalar.at(),
                    "a condition must be true or false, not " + value.label(),
                    "compare it with something, as in: x == 'y', or x | length > 0");
        }
        return result;
    }
}
