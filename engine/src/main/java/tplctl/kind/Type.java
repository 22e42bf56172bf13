package tplctl.kind;

import java.util.Optional;
import tplctl.text.Node;

/**
 * How a field's YAML becomes a value.
 *
 * @param <T> the value's Java type
 */
public interface Type<T> {
    /** What is accepted, as the end of "takes …": "a size such as 512M or 2G". */
    String label();

    Shape shape();

    /** The value; empty after an error was reported to {@code to}. References and paths met on the way are reported too. */
    Optional<T> decode(Node node, Decoding to);
}
