package tplctl.kind;

import java.util.IdentityHashMap;
import tplctl.diag.Position;

/** The decoded values of one mapping, by field. */
public final class Values {
    private final IdentityHashMap<Field<?>, Object> byField = new IdentityHashMap<>(8);
    private final IdentityHashMap<Field<?>, Position> positions = new IdentityHashMap<>(4);
    private final Position at;
    private final String name;

    Values(String name, Position at) {
        this.name = name;
        this.at = at;
    }

    <T> void put(Field<T> field, T value) {
        byField.put(field, value);
    }

    void place(Field<?> field, Position position) {
        positions.put(field, position);
    }

    boolean has(Field<?> field) {
        return byField.containsKey(field);
    }

    /** The field's value or its default. */
    @SuppressWarnings("unchecked") // put is the only way in, and ties the value to the field's type
    public <T> T get(Field<T> field) {
        Object value = byField.get(field);
        if (value == null) {
            throw new IllegalStateException(
                    "the schema has no field \"" + field.name() + "\", or it is required and missing");
        }
        return (T) value;
    }

    /** Whether the user wrote the field. */
    public boolean isSet(Field<?> field) {
        return positions.containsKey(field);
    }

    /** Where the field's value was written; the mapping's own place when it was left out. */
    public Position at(Field<?> field) {
        return positions.getOrDefault(field, at);
    }

    public Position at() {
        return at;
    }

    /** The resource's name; the field's name for a mapping within a resource. */
    public String name() {
        return name;
    }
}
