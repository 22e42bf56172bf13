package tplctl.expr;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.InterpretException;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes values as they are, and gives up after a bounded number of steps. */
final class JinjaInterpreter extends JinjavaInterpreter {
    private static final int MAX_STEPS = 200_000;

    private final JinjaSession session;
    private int steps;

    JinjaInterpreter(Jinjava jinjava, Context context, JinjaSession session) {
        super(jinjava, context, jinjava.getGlobalConfig());
        this.session = session;
    }

    void countStep() {
        if (++steps > MAX_STEPS) {
            session.failAtLine(getLineNumber(), "the template takes more than " + MAX_STEPS + " steps", "");
            throw new InterpretException("too many steps");
        }
    }

    // A loop wraps each item, and that is all an empty loop does.
    @Override
    public @Nullable Object wrap(@Nullable Object item) {
        countStep();
        return super.wrap(item);
    }

    JinjaSession session() {
        return session;
    }

    // Jinjava's own way quotes and unquotes text, and so changes text that has quotes in it.
    @Override
    public String getAsString(@Nullable Object value) {
        if (value instanceof Double number && (number.isInfinite() || number.isNaN())) {
            throw new InterpretException("the result is not a number; is something divided by zero?");
        }
        if (value instanceof JinjaUndefined || !(value instanceof Collection || value instanceof Map)) {
            return value == null ? "" : value.toString();
        }
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    // As Python writes lists and dictionaries, but for none, true and false, which are written as in YAML.
    private void write(@Nullable Object value, StringBuilder out) {
        if (out.length() > Evaluator.MAX_TEXT) {
            throw new InterpretException("the text grows too large");
        }
        if (value instanceof String text) {
            out.append('\'')
                    .append(text.replace("\\", "\\\\").replace("'", "\\'"))
                    .append('\'');
        } else if (value instanceof Collection<?> items) {
            String separator = "[";
            for (Object item : items) {
                out.append(separator);
                write(item, out);
                separator = ", ";
            }
            out.append(items.isEmpty() ? "[]" : "]");
        } else if (value instanceof Map<?, ?> map && !(value instanceof JinjaUndefined)) {
            String separator = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(separator);
                write(entry.getKey(), out);
                out.append(": ");
                write(entry.getValue(), out);
                separator = ", ";
            }
            out.append(map.isEmpty() ? "{}" : "}");
        } else {
            out.append(value == null ? "null" : getAsString(value));
        }
    }
}
