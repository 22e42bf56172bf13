package tplctl.expr;

import com.hubspot.jinjava.interpret.InterpretException;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.util.ObjectTruthValue;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Filters that Jinjava lacks, or does not have as Ansible's users know them, or does not bound. */
final class JinjaFilters {
    private static final long MAX_NUMBER = 100_000;
    private static final Pattern WIDE = Pattern.compile("%[^a-zA-Z%]*[0-9]{5}");

    private JinjaFilters() {}

    /** Jinja's {@code default}, for undefined values too; the default keeps its type. */
    record Default(String getName) implements Typed {
        @Override
        public @Nullable Object filter(
                @Nullable Object value, JinjavaInterpreter jinja, Object[] args, Map<String, Object> named) {
            Object fallback = args.length > 0 ? args[0] : named.getOrDefault("default_value", "");
            Object falseToo = args.length > 1 ? args[1] : named.getOrDefault("boolean", false);
            boolean use = value instanceof JinjaUndefined
                    || (Boolean.TRUE.equals(falseToo) && !ObjectTruthValue.evaluate(value));
            return use ? fallback : value;
        }
    }

    /** Ansible's {@code ternary}. */
    record Ternary(String getName) implements Typed {
        @Override
        public @Nullable Object filter(
                @Nullable Object value, JinjavaInterpreter jinja, Object[] args, Map<String, Object> named) {
            if (args.length < 2) {
                throw new InterpretException("ternary takes the value for true and the one for false");
            }
            return ObjectTruthValue.evaluate(value) ? args[0] : args[1];
        }
    }

    /** A filter whose text can grow by what a number says: that number is bounded. */
    record Bounded(Filter inner) implements Typed {
        @Override
        public String getName() {
            return inner.getName();
        }

        @Override
        public @Nullable Object filter(
                @Nullable Object value, JinjavaInterpreter jinja, Object[] args, Map<String, Object> named) {
            boolean wide = getName().equals("format")
                    && WIDE.matcher(String.valueOf(value)).find();
            boolean large = !getName().equals("format")
                    && (Arrays.stream(args).anyMatch(Bounded::isLarge)
                            || named.values().stream().anyMatch(Bounded::isLarge));
            if (wide || large) {
                throw new InterpretException(getName() + " would make too large a text");
            }
            return inner.filter(value, jinja, args, named);
        }

        private static boolean isLarge(@Nullable Object argument) {
            return argument instanceof Number number && Math.abs(number.doubleValue()) > MAX_NUMBER;
        }
    }

    private interface Typed extends Filter {
        @Override
        default Object filter(@Nullable Object value, JinjavaInterpreter jinja, String... args) {
            throw new IllegalStateException(getName() + " called with untyped arguments");
        }
    }
}
