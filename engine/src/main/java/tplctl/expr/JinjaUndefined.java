package tplctl.expr;

import com.hubspot.jinjava.interpret.InterpretException;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.objects.PyWrapper;
import com.hubspot.jinjava.util.HasObjectTruthValue;
import java.util.AbstractMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an undefined variable or member is worth: nothing is wrong until it is used for something other than
 * {@code default}, {@code is defined} or a member of it, which is undefined too.
 */
final class JinjaUndefined extends AbstractMap<String, Object> implements PyWrapper, HasObjectTruthValue {
    private final String path;
    private final Runnable report;

    JinjaUndefined(String path, Runnable report) {
        this.path = path;
        this.report = report;
    }

    @Override
    public Object get(Object member) {
        return new JinjaUndefined(path + "." + member, report);
    }

    @Override
    public Set<Entry<String, Object>> entrySet() {
        throw used();
    }

    @Override
    public boolean getObjectTruthValue() {
        throw used();
    }

    @Override
    public boolean equals(Object other) {
        throw used();
    }

    @Override
    public int hashCode() {
        throw used();
    }

    @Override
    public String toString() {
        throw used();
    }

    private RuntimeException used() {
        report.run();
        return new InterpretException(path + " is undefined");
    }

    /** {@code is defined} and {@code is undefined}. */
    record Defined(String getName, boolean wanted) implements ExpTest {
        @Override
        public boolean evaluate(@Nullable Object value, JinjavaInterpreter jinja, Object... args) {
            return wanted != (value instanceof JinjaUndefined);
        }
    }
}
