package tplctl.expr;

import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks the scope for variables when they are used, and reports the filters and tests that there are not. */
final class JinjaContext extends Context {
    private final JinjaSession session;

    JinjaContext(Context global, JinjavaConfig config, JinjaSession session) {
        super(global, Map.of(), config.getDisabled());
        this.session = session;
        setDynamicVariableResolver(session::variable);
    }

    @Override
    public @Nullable Filter getFilter(String name) {
        Filter filter = super.getFilter(name);
        if (filter == null) {
            session.unknown(
                    "filter",
                    name,
                    getAllFilters().stream().map(Filter::getName).toList());
        }
        return filter;
    }

    @Override
    public @Nullable ExpTest getExpTest(String name) {
        ExpTest test = super.getExpTest(name);
        if (test == null) {
            session.unknown(
                    "test",
                    name,
                    getAllExpTests().stream().map(ExpTest::getName).toList());
        }
        return test;
    }
}
