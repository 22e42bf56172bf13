package tplctl.kind;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import tplctl.diag.Suggest;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** The types that fields are made of. */
public final class Types {
    /** What a resource may be called. */
    public static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}");

    /** What a file holds: any text. */
    public static final Type<String> CONTENT =
            new ScalarType<>("a text", new Shape.Text(""), true, s -> Optional.of(s.text()));

    /** Text, as written. */
    public static final Type<String> TEXT = scalar("a text", new Shape.Text(""), s -> Optional.of(s.text()));

    /** Text that is not empty. */
    public static final Type<String> WORD = scalar(
            "a text that is not empty",
            new Shape.Text("[\\s\\S]+"),
            s -> s.text().isEmpty() ? Optional.empty() : Optional.of(s.text()));

    public static final Type<Boolean> BOOL = scalar("true or false", new Shape.Bool(), s -> switch (s.text()) {
        case "true", "True", "TRUE" -> Optional.of(true);
        case "false", "False", "FALSE" -> Optional.of(false);
        default -> Optional.empty();
    });

    public static final Type<ByteSize> SIZE = scalar(
            "a size such as 512M or 2G",
            new Shape.Text("[0-9]+([KMGTkmgt]([iI]?[bB])?)?"),
            s -> ByteSize.parse(s.text()).filter(size -> size.bytes() > 0));

    public static final Type<Duration> DURATION =
            scalar("a time such as 90s, 3m or 1h", new Shape.Text("[0-9]+(ms|s|m|h)?"), s -> Durations.parse(s.text()));

    /** A name of another resource's form, refused with a message of its own elsewhere when it is not. */
    public static final Type<String> SHA256 = scalar(
            "a SHA-256 of 64 hexadecimal digits",
            new Shape.Text("[0-9a-fA-F]{64}"),
            s -> s.text().matches("[0-9a-fA-F]{64}")
                    ? Optional.of(s.text().toLowerCase(java.util.Locale.ROOT))
                    : Optional.empty());

    /** An octal mode, quoted: YAML 1.2 reads an unquoted 0755 as the decimal number 755, so it is refused. */
    public static final Type<String> MODE = new ModeType();

    /** An absolute path that the resource only mentions. */
    public static final Type<AbsPath> PATH = path((to, use) -> {});

    /** An absolute path at which the resource makes something. */
    public static final Type<AbsPath> PROVIDED_PATH = path((to, use) -> to.provides(use.path(), use.at()));

    /** An absolute path of something that the resource needs. */
    public static final Type<AbsPath> USED_PATH = path((to, use) -> to.uses(use.path(), use.at()));

    /** A host of the inventory, by its name. */
    public static final Type<String> HOST = new HostType();

    private static final int NAMED_IN_LABEL = 8;

    private Types() {}

    /** A type of scalars. */
    public static <T> Type<T> scalar(String label, Shape shape, Function<Scalar, Optional<T>> parse) {
        return new ScalarType<>(label, shape, false, parse);
    }

    public static Type<Integer> integer(int min, int max) {
        String label = max == Integer.MAX_VALUE
                ? (min == 0 ? "a whole number, 0 or more" : "a whole number of at least " + min)
                : "a whole number from " + min + " to " + max;
        return scalar(label, new Shape.Int(min, max), s -> {
            if (!s.text().matches("-?[0-9]{1,10}")) {
                return Optional.empty();
            }
            long value = Long.parseLong(s.text());
            return value >= min && value <= max ? Optional.of((int) value) : Optional.empty();
        });
    }

    /** One of some words; the nearest is suggested for any other. */
    public static Type<String> oneOf(String... words) {
        List<String> all = List.of(words);
        return new Type<>() {
            @Override
            public String label() {
                return "one of " + String.join(", ", all);
            }

            @Override
            public Shape shape() {
                return new Shape.OneOf(all);
            }

            @Override
            public Optional<String> decode(Node node, Decoding to) {
                if (!(node instanceof Scalar s)) {
                    return to.mismatch(node, label());
                }
                if (all.contains(s.text())) {
                    return Optional.of(s.text());
                }
                to.error(
                        s.at(),
                        "\"" + to.field() + "\" takes " + label() + ", not " + s.label(),
                        Suggest.nearest(s.text(), all)
                                .map(w -> "did you mean \"" + w + "\"?")
                                .orElse(""));
                return Optional.empty();
            }
        };
    }

    /** A resource of that kind on the same host, by its name. */
    public static Type<Ref> ref(String kind) {
        return new Type<>() {
            @Override
            public String label() {
                return "the name of one of " + kind;
            }

            @Override
            public Shape shape() {
                return new Shape.Text(NAME.pattern());
            }

            @Override
            public Optional<Ref> decode(Node node, Decoding to) {
                if (!(node instanceof Scalar s) || !NAME.matcher(s.text()).matches()) {
                    return to.mismatch(node, label());
                }
                return Optional.of(to.refer(kind, s.text(), s.at()));
            }
        };
    }

    /** A list; with {@code orOne} a single item may be written without the list. */
    public static <T> Type<List<T>> list(Type<T> item, boolean orOne) {
        return new Type<>() {
            @Override
            public String label() {
                return "a list, each item " + item.label();
            }

            @Override
            public Shape shape() {
                Shape list = new Shape.ListOf(item.shape());
                return orOne ? new Shape.AnyOf(List.of(list, item.shape())) : list;
            }

            @Override
            public Optional<List<T>> decode(Node node, Decoding to) {
                List<Node> items;
                if (node instanceof ListNode list) {
                    items = list.items();
                } else if (orOne) {
                    items = List.of(node);
                } else {
                    return to.mismatch(node, label());
                }
                List<T> decoded = new ArrayList<>();
                items.stream()
                        .filter(i -> !to.isUnknown(i))
                        .forEach(i -> item.decode(i, to).ifPresent(decoded::add));
                return decoded.size() == items.size() ? Optional.of(List.copyOf(decoded)) : Optional.empty();
            }
        };
    }

    public static <T> Type<List<T>> list(Type<T> item) {
        return list(item, false);
    }

    /** A mapping from any text to values of one type, in the order written. */
    public static <T> Type<Map<String, T>> map(Type<T> value) {
        return new Type<>() {
            @Override
            public String label() {
                return "a mapping, each value " + value.label();
            }

            @Override
            public Shape shape() {
                return new Shape.MapOf(value.shape());
            }

            @Override
            public Optional<Map<String, T>> decode(Node node, Decoding to) {
                if (!(node instanceof MapNode map)) {
                    return to.mismatch(node, label());
                }
                Map<String, T> decoded = new LinkedHashMap<>();
                map.entries().forEach((k, v) -> {
                    if (!to.isUnknown(v) && !to.refusesNul(k)) {
                        value.decode(v, to.within(k.text())).ifPresent(d -> decoded.put(k.text(), d));
                    }
                });
                return decoded.size() == map.entries().size() ? Optional.of(decoded) : Optional.empty();
            }
        };
    }

    /** A mapping of known fields. */
    public static <S> Type<S> fields(Schema<S> schema) {
        return new Type<>() {
            @Override
            public String label() {
                List<String> names = schema.fieldNames();
                return names.size() <= NAMED_IN_LABEL
                        ? "a mapping of " + String.join(", ", names)
                        : "a mapping of " + String.join(", ", names.subList(0, NAMED_IN_LABEL)) + ", …";
            }

            @Override
            public Shape shape() {
                return new Shape.Fields(schema);
            }

            @Override
            public Optional<S> decode(Node node, Decoding to) {
                return node instanceof MapNode map
                        ? schema.decode(to.field(), map, List.of(), to)
                        : to.mismatch(node, label());
            }
        };
    }

    static <T> Type<Optional<T>> present(Type<T> type) {
        return new Type<>() {
            @Override
            public String label() {
                return type.label();
            }

            @Override
            public Shape shape() {
                return type.shape();
            }

            @Override
            @SuppressWarnings("OptionalMapToOptional") // the outer one is of the decoding, the inner one is the value
            public Optional<Optional<T>> decode(Node node, Decoding to) {
                return type.decode(node, to).map(Optional::of);
            }
        };
    }

    private static Type<AbsPath> path(java.util.function.BiConsumer<Decoding, Decoding.PathUse> report) {
        return new PathType(report);
    }
}
