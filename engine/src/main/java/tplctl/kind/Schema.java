package tplctl.kind;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import tplctl.diag.Suggest;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/**
 * The fields of a mapping and how they make a value.
 *
 * @param noun what the mapping is, for messages: "a mount", "a machine"
 * @param build makes the value; may report errors of the combination and is only called when every field was decoded
 */
public record Schema<S>(String noun, List<Field<?>> fields, BiFunction<Values, Decoding, S> build) {
    public Schema {
        fields = List.copyOf(fields);
    }

    /** Decodes a mapping; every error in it is reported, an unknown field among them. {@code alsoKnown} fields are passed over. */
    public Optional<S> decode(String name, MapNode body, List<String> alsoKnown, Decoding to) {
        int before = to.errorCount();
        Values values = new Values(name, body.at());
        for (Field<?> field : fields) {
            decodeField(field, body, values, to);
        }
        checkKeys(body, alsoKnown, to);
        if (to.errorCount() > before) {
            return Optional.empty();
        }
        for (Field<?> field : fields) {
            if (!values.has(field)) {
                return Optional.empty();
            }
        }
        S built = build.apply(values, to);
        return to.errorCount() > before ? Optional.empty() : Optional.of(built);
    }

    /** Reports the keys that are no fields, without decoding any. */
    public void checkKeys(MapNode body, List<String> alsoKnown, Decoding to) {
        for (Scalar key : body.entries().keySet()) {
            refuseUnknown(key, alsoKnown, to);
        }
    }

    /** Whether there is a field of that name. */
    public boolean has(String name) {
        for (Field<?> field : fields) {
            if (field.name().equals(name)) {
                return true;
            }
        }
        return false;
    }

    public List<String> fieldNames() {
        return fields.stream().map(Field::name).toList();
    }

    private void refuseUnknown(Scalar key, List<String> alsoKnown, Decoding to) {
        if (!has(key.text()) && !alsoKnown.contains(key.text())) {
            List<String> known = new ArrayList<>(fieldNames());
            known.addAll(alsoKnown);
            to.error(
                    key.at(),
                    "unknown field \"" + key.text() + "\"",
                    Suggest.didYouMean(key.text(), known, noun + " has: " + String.join(", ", fieldNames())));
        }
    }

    private <T> void decodeField(Field<T> field, MapNode body, Values values, Decoding to) {
        Optional<Node> node = body.get(field.name()).filter(n -> !(n instanceof Scalar s && s.isNull()));
        if (node.isPresent()) {
            values.place(field, node.get().at());
            if (!to.isUnknown(node.get())) {
                Optional<T> value = field.type().decode(node.get(), to.within(field.name()));
                if (value.isPresent()) {
                    values.put(field, value.get());
                }
            }
        } else if (field.fallback().isPresent()) {
            values.put(field, field.fallback().get());
        } else {
            to.error(
                    body.at(),
                    "missing field \"" + field.name() + "\"",
                    noun + " needs " + field.name() + ": " + field.type().label());
        }
    }
}
