package tplctl.kind;

import java.util.Optional;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** An octal file mode; only the quoted form is unambiguous in YAML 1.2. What an expression gives is text, and needs no quotes. */
final class ModeType implements Type<String> {
    @Override
    public String label() {
        return "an octal mode in quotes such as \"0755\"";
    }

    @Override
    public Shape shape() {
        return new Shape.Text("0?[0-7]{3,4}");
    }

    @Override
    public Optional<String> decode(Node node, Decoding to) {
        if (!(node instanceof Scalar scalar) || !scalar.text().matches("0?[0-7]{3,4}")) {
            return to.mismatch(node, label());
        }
        if (scalar.plain() && scalar.isAsWritten()) {
            to.error(
                    scalar.at(),
                    "\"" + to.field() + "\" takes an octal mode in quotes, not the bare number " + scalar.text(),
                    "YAML 1.2 reads a bare " + scalar.text() + " as a decimal number; write \"" + scalar.text() + "\"");
            return Optional.empty();
        }
        String digits = scalar.text();
        while (digits.length() > 4) {
            digits = digits.substring(1);
        }
        return Optional.of("0".repeat(4 - digits.length()) + digits);
    }
}
