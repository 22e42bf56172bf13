package tplctl.expr;

import com.hubspot.jinjava.interpret.InterpretException;
import com.hubspot.jinjava.objects.collections.PyList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The methods that a template can call on a value: those of Python's {@code str} and {@code dict} that playbooks use. */
final class JinjaMethods {
    private JinjaMethods() {}

    static @Nullable Object call(Object base, String method, List<Object> args) {
        if (base instanceof Map<?, ?> map && !(base instanceof JinjaUndefined)) {
            return call(map, method, args);
        }
        if (base instanceof String text) {
            return call(text, method, args);
        }
        // An undefined value says so itself.
        throw noSuch(base, base instanceof JinjaUndefined ? base.toString() : method + "()");
    }

    private static @Nullable Object call(Map<?, ?> map, String method, List<Object> args) {
        return switch (method + "/" + args.size()) {
            case "items/0" -> {
                List<Object> pairs = new ArrayList<>();
                map.forEach((key, value) -> pairs.add(new PyList(pair(key, value))));
                yield new PyList(pairs);
            }
            case "keys/0" -> new PyList(new ArrayList<>(map.keySet()));
            case "values/0" -> new PyList(new ArrayList<>(map.values()));
            case "get/1" -> map.containsKey(args.get(0)) ? map.get(args.get(0)) : null;
            case "get/2" -> map.containsKey(args.get(0)) ? map.get(args.get(0)) : args.get(1);
            default -> throw noSuch(map, method + "()");
        };
    }

    private static List<Object> pair(@Nullable Object key, @Nullable Object value) {
        List<Object> pair = new ArrayList<>();
        pair.add(key);
        pair.add(value);
        return pair;
    }

    private static Object call(String text, String method, List<Object> args) {
        return switch (method + "/" + args.size()) {
            case "upper/0" -> text.toUpperCase(Locale.ROOT);
            case "lower/0" -> text.toLowerCase(Locale.ROOT);
            case "strip/0" -> text.strip();
            case "lstrip/0" -> text.stripLeading();
            case "rstrip/0" -> text.stripTrailing();
            case "startswith/1" -> text.startsWith(string(args, 0));
            case "endswith/1" -> text.endsWith(string(args, 0));
            case "find/1" -> (long) text.indexOf(string(args, 0));
            case "isdigit/0" -> !text.isEmpty() && text.chars().allMatch(Character::isDigit);
            case "replace/2" -> replace(text, string(args, 0), string(args, 1));
            case "split/0" -> split(text.strip(), "\\s+");
            case "split/1" -> split(text, Pattern.quote(string(args, 0)));
            case "splitlines/0" -> split(text, "\r?\n");
            case "join/1" -> join(text, args.get(0));
            default -> throw noSuch(text, method + "()");
        };
    }

    private static String replace(String text, String from, String to) {
        long grown = text.length() + (long) text.length() / Math.max(1, from.length()) * to.length();
        if (grown > Evaluator.MAX_TEXT) {
            throw new InterpretException("the text grows too large");
        }
        return text.replace(from, to);
    }

    private static PyList split(String text, String separator) {
        return new PyList(new ArrayList<>(List.of(text.split(separator, -1))));
    }

    private static String join(String separator, @Nullable Object items) {
        if (!(items instanceof Collection<?> all)) {
            throw new InterpretException("join() takes a list");
        }
        return all.stream().map(String::valueOf).collect(Collectors.joining(separator));
    }

    private static String string(List<Object> args, int index) {
        return String.valueOf(args.get(index));
    }

    private static InterpretException noSuch(Object base, @Nullable Object what) {
        return new InterpretException(describe(base) + " has no " + what);
    }

    static String describe(Object value) {
        if (value instanceof String text) {
            return "\"" + text + "\"";
        }
        return value instanceof Collection ? "a list" : value instanceof Map ? "a mapping" : String.valueOf(value);
    }
}
