package tplctl.expr;

import com.hubspot.jinjava.interpret.InterpretException;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.util.ScopeMap;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tplctl.diag.Position;
import tplctl.diag.Suggest;

/** One run of Jinjava: its variables, and its errors in our words and at our positions. */
final class JinjaSession {
    private final Evaluator evaluator;
    private final String source;
    private final Place place;
    private final int failuresBefore;
    private @Nullable RuntimeException thrown;

    JinjaSession(Evaluator evaluator, String source, Place place) {
        this.evaluator = evaluator;
        this.source = source;
        this.place = place;
        this.failuresBefore = evaluator.failures();
    }

    boolean hasFailed() {
        return evaluator.failures() > failuresBefore;
    }

    // Jinjava turns every exception into a template error; one from a computed variable is not the template's.
    void rethrow() {
        if (thrown != null) {
            throw thrown;
        }
    }

    @Nullable
    Object variable(String name) {
        try {
            Optional<Scope.Variable> variable = evaluator.scope().variable(name);
            if (variable.isPresent()) {
                return new JinjaValues(evaluator, this).of(Lookup.Reached.of(name, variable.get(), evaluator));
            }
            return switch (name) {
                case "none", "None" -> null;
                case "True" -> true;
                case "False" -> false;
                default ->
                    isLocal(name) ? null : new JinjaUndefined(name, () -> Lookup.undefined(evaluator, name, at(name)));
            };
        } catch (InterpretException e) {
            throw e;
        } catch (RuntimeException e) {
            thrown = e;
            throw e;
        }
    }

    // A variable that the template itself set to none.
    private static boolean isLocal(String name) {
        ScopeMap<String, Object> scope = JinjavaInterpreter.getCurrent().getContext();
        while (scope != null) {
            if (scope.getScope().containsKey(name)) {
                return true;
            }
            scope = scope.getParent();
        }
        return false;
    }

    Object missing(String path, String name, Collection<String> names) {
        return new JinjaUndefined(path + "." + name, () -> Lookup.missing(evaluator, path, name, names, at(name)));
    }

    void unknown(String what, String name, Collection<String> known) {
        evaluator.fail(at(name), "there is no " + what + " \"" + name + "\"", Suggest.didYouMean(name, known, ""));
    }

    void failAtName(String name, String summary) {
        evaluator.fail(at(name), summary, "");
    }

    void failAt(int index, String summary, String detail) {
        evaluator.fail(place.of(index), summary, detail);
    }

    void failAtLine(int line, String summary, String detail) {
        failAt(startOfLine(line), summary, detail);
    }

    void fail(TemplateError error) {
        if (hasFailed()) {
            return;
        }
        String field = Optional.ofNullable(error.getFieldName()).orElse("");
        int line = Math.max(1, error.getLineno());
        switch (error.getReason()) {
            case DISABLED -> evaluator.fail(at(field), "\"" + field + "\" is not available here", "");
            case OUTPUT_TOO_BIG -> failAtLine(line, "the text grows beyond " + Evaluator.MAX_TEXT + " characters", "");
            case COLLECTION_TOO_BIG, OVER_LIMIT -> failAtLine(line, "the expression makes too large a value", "");
            default -> new JinjaMessage(message(error)).report(this, line);
        }
    }

    // The innermost message is the cause; the others tell through what it came.
    private static @Nullable String message(TemplateError error) {
        String message = error.getMessage();
        for (Throwable t = error.getException(); t != null; t = t.getCause()) {
            message = t instanceof InterpretException ? t.getMessage() : message;
        }
        return message;
    }

    private int startOfLine(int line) {
        int start = 0;
        for (int i = 1; i < line; i++) {
            int end = source.indexOf('\n', start);
            if (end < 0) {
                return start;
            }
            start = end + 1;
        }
        return start;
    }

    private Position at(String name) {
        Matcher matcher = Pattern.compile("(?<![\\w'\"])" + Pattern.quote(name) + "(?!\\w)")
                .matcher(source);
        return place.of(matcher.find() ? matcher.start() : 0);
    }
}
