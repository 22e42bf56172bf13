package tplctl.kind;

import java.util.List;

/** What a type's values look like, for {@code explain} and {@code schema}. */
public sealed interface Shape {
    /** Text, of that regular expression when it is not empty. */
    record Text(String pattern) implements Shape {}

    record Int(long min, long max) implements Shape {}

    record Bool() implements Shape {}

    record OneOf(List<String> values) implements Shape {}

    record ListOf(Shape item) implements Shape {}

    record MapOf(Shape value) implements Shape {}

    record Fields(Schema<?> schema) implements Shape {}

    record AnyOf(List<Shape> shapes) implements Shape {}
}
