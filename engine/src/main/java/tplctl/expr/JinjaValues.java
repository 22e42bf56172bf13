package tplctl.expr;

import com.hubspot.jinjava.objects.collections.PyList;
import com.hubspot.jinjava.objects.collections.PyMap;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** Nodes as the plain Java values that Jinjava works on, each evaluated when it is asked for. */
record JinjaValues(Evaluator evaluator, JinjaSession session) {
    private static final Pattern INTEGER = Pattern.compile("[-+]?(?:0|[1-9][0-9]{0,17})");
    private static final Pattern FLOAT =
            Pattern.compile("[-+]?(?:\\.[0-9]+|[0-9]+\\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?");

    @Nullable
    Object of(Lookup.Reached reached) {
        Root root = reached.root();
        if (root != null) {
            return members(
                    root.names(),
                    name -> Lookup.Reached.member(root, name, reached.path() + "." + name, reached.by())
                            .map(this::of)
                            .orElse(null),
                    reached.path());
        }
        JinjaValues values = new JinjaValues(reached.by(), session);
        return values.of(reached.whole(), reached.data(), reached.path());
    }

    private @Nullable Object of(Node node, boolean data, String path) {
        if (node instanceof Scalar scalar) {
            Node value = data
                    ? scalar
                    : evaluator.value(scalar, path).map(Evaluator.Value::node).orElse(scalar);
            return value instanceof Scalar text ? typed(text) : of(value, true, path);
        }
        if (node instanceof ListNode list) {
            return new PyList(new Items(list, data, path));
        }
        Map<String, Node> entries = new LinkedHashMap<>();
        ((MapNode) node).entries().forEach((key, value) -> entries.put(key.text(), value));
        return members(
                entries.keySet(),
                name -> {
                    Node value = entries.get(name);
                    return value == null ? null : of(value, data, path + "." + name);
                },
                path);
    }

    private Object members(Set<String> names, Function<String, @Nullable Object> value, String path) {
        return new Members(new Lazy(names, value), path, session);
    }

    /**
     * By YAML 1.2's core schema when it is plain, else as text. Plain digits with a leading zero stay text: as a number
     * they would lose it.
     */
    static @Nullable Object typed(Scalar scalar) {
        String text = scalar.text();
        if (!scalar.plain()) {
            return text;
        }
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> null;
            case "true", "True", "TRUE" -> true;
            case "false", "False", "FALSE" -> false;
            default -> number(text);
        };
    }

    private static Object number(String text) {
        if (INTEGER.matcher(text).matches()) {
            return Long.parseLong(text);
        }
        if (text.matches("0x[0-9a-fA-F]{1,15}")) {
            return Long.parseLong(text.substring(2), 16);
        }
        if (text.matches("0o[0-7]{1,20}")) {
            return Long.parseLong(text.substring(2), 8);
        }
        return FLOAT.matcher(text).matches() ? (Object) Double.parseDouble(text) : text;
    }

    /** A mapping whose missing members are undefined, not null. */
    static final class Members extends PyMap {
        private final String path;
        private final JinjaSession session;

        private Members(Map<String, Object> values, String path, JinjaSession session) {
            super(values);
            this.path = path;
            this.session = session;
        }

        @Override
        public @Nullable Object get(@Nullable Object key) {
            return containsKey(key) ? super.get(key) : session.missing(path, String.valueOf(key), keySet());
        }

        @Override
        public @Nullable Object get(String key, @Nullable Object fallback) {
            return containsKey(key) ? super.get(key) : fallback;
        }
    }

    private static final class Lazy extends AbstractMap<String, Object> {
        private final Set<String> names;
        private final Function<String, @Nullable Object> value;

        Lazy(Set<String> names, Function<String, @Nullable Object> value) {
            this.names = names;
            this.value = value;
        }

        @Override
        public @Nullable Object get(Object key) {
            return value.apply(String.valueOf(key));
        }

        @Override
        public boolean containsKey(Object key) {
            return names.contains(String.valueOf(key));
        }

        @Override
        public Set<String> keySet() {
            return names;
        }

        @Override
        public int size() {
            return names.size();
        }

        @Override
        public Set<Entry<String, Object>> entrySet() {
            return new AbstractSet<>() {
                @Override
                public Iterator<Entry<String, Object>> iterator() {
                    Iterator<String> keys = names.iterator();
                    return new Iterator<>() {
                        @Override
                        public boolean hasNext() {
                            return keys.hasNext();
                        }

                        @Override
                        public Entry<String, Object> next() {
                            String key = keys.next();
                            return new SimpleImmutableEntry<>(key, get(key));
                        }
                    };
                }

                @Override
                public int size() {
                    return names.size();
                }
            };
        }
    }

    private final class Items extends AbstractList<Object> {
        private final ListNode list;
        private final boolean data;
        private final String path;

        Items(ListNode list, boolean data, String path) {
            this.list = list;
            this.data = data;
            this.path = path;
        }

        @Override
        public @Nullable Object get(int index) {
            return of(list.items().get(index), data, path + "[" + index + "]");
        }

        @Override
        public int size() {
            return list.items().size();
        }
    }
}
