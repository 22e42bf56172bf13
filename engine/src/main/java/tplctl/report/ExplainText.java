package tplctl.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import tplctl.diag.Suggest;
import tplctl.kind.Field;
import tplctl.kind.Kind;
import tplctl.kind.Schema;
import tplctl.kind.Shape;
import tplctl.model.Common;

/** The documentation of kinds and their fields, from what decodes them. */
public final class ExplainText {
    /** The text, or why there is none and what would be right. */
    public record Answer(boolean found, String text) {}

    private final Style style;
    private final StringBuilder out = new StringBuilder();

    private ExplainText(Style style) {
        this.style = style;
    }

    /** Every kind with its sentence. */
    public static String kinds(Collection<Kind<?, ?>> kinds, Style style) {
        ExplainText text = new ExplainText(style);
        text.head("KINDS");
        int widest = kinds.stream().mapToInt(k -> k.name().length()).max().orElse(0);
        for (Kind<?, ?> kind : kinds) {
            text.wrapped("  " + Cells.padded(kind.name(), widest) + "  ", kind.doc());
        }
        text.out.append(
                "\n\"tplctl explain KIND\" shows a kind's fields, \"tplctl explain KIND.FIELD\" one of them.\n");
        return text.out.toString();
    }

    /** What a path such as {@code templates.machine.ram} stands for. */
    public static Answer of(String path, Collection<Kind<?, ?>> kinds, Style style) {
        List<String> parts = List.of(path.split("\\.", -1));
        Optional<Kind<?, ?>> kind =
                kinds.stream().filter(k -> k.name().equals(parts.get(0))).findFirst();
        if (kind.isEmpty()) {
            List<String> names = kinds.stream().map(Kind::name).toList();
            return new Answer(
                    false,
                    "there is no kind \"" + Cells.clean(parts.get(0)) + "\"; "
                            + Suggest.didYouMean(parts.get(0), names, "there are: " + String.join(", ", names)));
        }
        ExplainText text = new ExplainText(style);
        if (parts.size() == 1) {
            text.kind(kind.get());
            return new Answer(true, text.out.toString());
        }
        text.head("FIELD");
        return text.field(kind.get(), parts);
    }

    private void kind(Kind<?, ?> kind) {
        head("KIND");
        wrapped("  ", kind.name() + ": " + kind.doc());
        kind.listField()
                .ifPresent(f ->
                        wrapped("  ", "A plain list stands for one resource, default, with that list as " + f + "."));
        head("\nFIELDS");
        fields(kind.schema());
        head("\nKEYS OF EVERY RESOURCE");
        fields(Common.SCHEMA);
        bareKeys(kind).forEach(key -> bareKey(key, key));
        head("\nEXAMPLE");
        Cells.lines(kind.example())
                .forEach(line -> out.append("  ").append(line).append('\n'));
    }

    /** What a resource takes beside fields: nothing decodes these as values. */
    private static List<String> bareKeys(Kind<?, ?> kind) {
        return kind.counted() ? List.of(Common.WHEN, Common.COUNT) : List.of(Common.WHEN);
    }

    private void bareKey(String key, String shown) {
        if (key.equals(Common.WHEN)) {
            one(shown, "a condition", "", "false means not managed: neither applied nor an orphan");
        } else {
            one(shown, "a whole number, 0 or more", "", "makes NAME-1 to NAME-N, each with index from 0");
        }
    }

    private Answer field(Kind<?, ?> kind, List<String> parts) {
        if (parts.size() == 2 && bareKeys(kind).contains(parts.get(1))) {
            bareKey(parts.get(1), String.join(".", parts));
            return new Answer(true, out.toString());
        }
        Optional<Schema<?>> schema = Optional.of(kind.schema());
        Optional<Field<?>> field = Optional.empty();
        for (int i = 1; i < parts.size(); i++) {
            String name = parts.get(i);
            field = schema.flatMap(s -> find(s, name));
            if (field.isEmpty() && i == 1) {
                field = find(Common.SCHEMA, name);
            }
            if (field.isEmpty()) {
                return noField(
                        String.join(".", parts.subList(0, i)), name, schema, i == 1 ? commonKeys(kind) : List.of());
            }
            schema = nested(field.get().type().shape());
        }
        field.ifPresent(f ->
                one(String.join(".", parts), label(f, nested(f.type().shape()).isPresent()), traits(f), f.doc()));
        schema.ifPresent(s -> {
            head("\nFIELDS");
            fields(s);
        });
        return new Answer(true, out.toString());
    }

    private static List<String> commonKeys(Kind<?, ?> kind) {
        List<String> keys = new ArrayList<>(Common.SCHEMA.fieldNames());
        keys.addAll(bareKeys(kind));
        return keys;
    }

    private static Answer noField(String where, String name, Optional<Schema<?>> schema, List<String> common) {
        List<String> names = new ArrayList<>(schema.map(Schema::fieldNames).orElse(List.of()));
        String known = names.isEmpty() ? "it has no fields" : "it has: " + String.join(", ", names);
        names.addAll(common);
        return new Answer(
                false,
                Cells.clean(where) + " has no field \"" + Cells.clean(name) + "\"; "
                        + Suggest.didYouMean(name, names, known));
    }

    private static Optional<Field<?>> find(Schema<?> schema, String name) {
        return schema.fields().stream().filter(f -> f.name().equals(name)).findFirst();
    }

    private void fields(Schema<?> schema) {
        for (Field<?> field : schema.fields()) {
            one(field.name(), label(field, nested(field.type().shape()).isPresent()), traits(field), field.doc());
        }
    }

    private void one(String name, String label, String traits, String doc) {
        wrapped("  " + style.paint(Style.Tone.STRONG, name) + "  ", label + traits, 2 + Cells.width(name) + 2);
        wrapped("      ", doc);
    }

    // The label of a mapping lists all its fields, which "explain KIND.FIELD" shows better.
    private static String label(Field<?> field, boolean nested) {
        String label = field.type().label();
        int fields = nested ? label.indexOf("a mapping of ") : -1;
        return fields < 0 ? label : label.substring(0, fields) + "a mapping with fields of its own";
    }

    private static String traits(Field<?> field) {
        if (field.required()) {
            return "; required";
        }
        String shown = field.shownDefault();
        return shown.isEmpty() || shown.equals("[]") || shown.equals("{}") ? "" : "; default " + shown;
    }

    static Optional<Schema<?>> nested(Shape shape) {
        if (shape instanceof Shape.Fields fields) {
            return Optional.of(fields.schema());
        }
        if (shape instanceof Shape.ListOf list) {
            return nested(list.item());
        }
        if (shape instanceof Shape.MapOf map) {
            return nested(map.value());
        }
        if (shape instanceof Shape.AnyOf any) {
            return any.shapes().stream().flatMap(s -> nested(s).stream()).findFirst();
        }
        return Optional.empty();
    }

    private void head(String title) {
        int text = title.startsWith("\n") ? 1 : 0;
        out.append(title, 0, text)
                .append(style.paint(Style.Tone.STRONG, title.substring(text)))
                .append('\n');
    }

    private void wrapped(String lead, String text) {
        wrapped(lead, text, Cells.width(lead));
    }

    private void wrapped(String lead, String text, int indent) {
        out.append(lead);
        int used = indent;
        boolean first = true;
        for (String word : Cells.clean(text).split(" ")) {
            int width = Cells.width(word);
            if (!first && used + 1 + width > Math.max(40, style.width())) {
                out.append('\n').append(" ".repeat(indent));
                used = indent;
                first = true;
            }
            out.append(first ? "" : " ").append(word);
            used += width + (first ? 0 : 1);
            first = false;
        }
        out.append('\n');
    }
}
