package tplctl.expr;

import com.hubspot.jinjava.el.ext.AbstractCallableMethod;
import com.hubspot.jinjava.el.ext.JinjavaBeanELResolver;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.util.ForLoop;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import jinjava.javax.el.ELContext;
import org.jspecify.annotations.Nullable;

/**
 * What a template finds after a dot or in brackets: members, items and characters; one that is not there is undefined.
 * No Java property or method of a value can be reached; reflection is left for Jinjava's own filters, tests and loop
 * variable.
 */
final class JinjaMembers extends JinjavaBeanELResolver {
    JinjaMembers() {
        super(true);
    }

    @Override
    public @Nullable Object getValue(ELContext context, @Nullable Object base, @Nullable Object property) {
        if (base instanceof ForLoop) {
            return super.getValue(context, base, property);
        }
        context.setPropertyResolved(true);
        String name = String.valueOf(property);
        if (base instanceof JinjaUndefined undefined) {
            return undefined.get(name);
        }
        if (base instanceof Map<?, ?> map) {
            return map instanceof JinjaValues.Members || map.containsKey(name) ? map.get(name) : undefined(map, name);
        }
        if (base instanceof List<?> list) {
            int index = index(name, list.size());
            return index < 0 ? undefined(list, name) : list.get(index);
        }
        if (base instanceof String text) {
            int index = index(name, text.length());
            return index < 0 ? undefined(text, name) : text.substring(index, index + 1);
        }
        return undefined(base == null ? "none" : base, name);
    }

    @Override
    public @Nullable Object invoke(
            ELContext context,
            @Nullable Object base,
            @Nullable Object method,
            Class<?> @Nullable [] types,
            Object @Nullable [] params) {
        if (base instanceof Filter || base instanceof ExpTest || base instanceof AbstractCallableMethod) {
            return super.invoke(context, base, method, types, params);
        }
        context.setPropertyResolved(true);
        return JinjaMethods.call(
                base == null ? "none" : base,
                String.valueOf(method),
                params == null ? List.of() : Arrays.asList(params));
    }

    private static int index(String text, int size) {
        if (!text.matches("-?[0-9]{1,9}")) {
            return -1;
        }
        int index = Integer.parseInt(text);
        index = index < 0 ? index + size : index;
        return index < size ? index : -1;
    }

    private static JinjaUndefined undefined(Object base, String name) {
        JinjaSession session = ((JinjaInterpreter) JinjavaInterpreter.getCurrent()).session();
        String summary = JinjaMethods.describe(base) + " has no \"" + name + "\"";
        return new JinjaUndefined(name, () -> session.failAtName(name, summary));
    }
}
