package tplctl.expr;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaProcessors;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.InterpretException;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.lib.fn.Functions;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The expressions that are more than references. Only this class and those named after it know Jinjava, so that a
 * playbook without such expressions never loads it. Templates reach the given variables and nothing else: no Java
 * method, no file, no clock, no chance.
 */
final class Jinja {
    private static final int MAX_RANGE = 10_000;
    private static final int MAX_BRACKETS = 100;
    private static final Pattern CODE = Pattern.compile("\\{[{%].*?[}%]}", Pattern.DOTALL);

    private static final String TOO_DEEP = "the expression is nested too deeply";

    private static final Jinjava JINJAVA = create();

    private Jinja() {}

    /** One expression's value as text; empty when it has none, which is then reported. */
    static Optional<String> evaluate(String source, int at, Place place, Evaluator evaluator) {
        int start = at + source.length() - source.stripLeading().length();
        if (source.isBlank()) {
            evaluator.fail(place.of(at), "there is no expression between {{ and }}", "");
            return Optional.empty();
        }
        String expression = source.strip();
        if (isTooDeep(expression)) {
            evaluator.fail(place.of(start), TOO_DEEP, "");
            return Optional.empty();
        }
        JinjaSession session = new JinjaSession(evaluator, expression, index -> place.of(start + index));
        return run(session, jinja -> jinja.getAsString(jinja.resolveELExpression(expression, 1)));
    }

    /** A whole text with block tags in it. */
    static Optional<String> render(String text, Place place, Evaluator evaluator) {
        Optional<MatchResult> tooDeep = CODE.matcher(text)
                .results()
                .filter(code -> isTooDeep(code.group()))
                .findFirst();
        if (tooDeep.isPresent()) {
            evaluator.fail(place.of(tooDeep.get().start()), TOO_DEEP, "");
            return Optional.empty();
        }
        JinjaSession session = new JinjaSession(evaluator, text, place);
        return run(session, jinja -> jinja.render(text));
    }

    // The parser looks ahead in each bracket, so that its time grows with the cube of the depth.
    private static boolean isTooDeep(String code) {
        int depth = 0;
        for (int i = 0; i < code.length() && depth <= MAX_BRACKETS; i++) {
            depth += "([{".indexOf(code.charAt(i)) >= 0 ? 1 : ")]}".indexOf(code.charAt(i)) >= 0 ? -1 : 0;
        }
        return depth > MAX_BRACKETS;
    }

    private static Optional<String> run(JinjaSession session, Function<JinjavaInterpreter, String> evaluation) {
        Context context = new JinjaContext(JINJAVA.getGlobalContextCopy(), JINJAVA.getGlobalConfig(), session);
        try (var current = JinjavaInterpreter.closeablePushCurrent(new JinjaInterpreter(JINJAVA, context, session))
                .get()) {
            JinjavaInterpreter jinja = current.value();
            String result = evaluation.apply(jinja);
            List<TemplateError> errors = jinja.getErrorsCopy();
            if (!session.hasFailed() && !errors.isEmpty()) {
                session.fail(errors.get(0));
            }
            return session.hasFailed() ? Optional.empty() : Optional.of(result);
        } catch (StackOverflowError e) {
            session.failAt(0, TOO_DEEP, "");
        } catch (InterpretException e) {
            session.fail(TemplateError.fromSyntaxError(e));
        } catch (RuntimeException e) {
            session.fail(TemplateError.fromException(e));
        } finally {
            session.rethrow();
        }
        return Optional.empty();
    }

    private static Jinjava create() {
        JinjavaConfig config = JinjavaConfig.newBuilder()
                .withElResolver(new JinjaMembers())
                .withLegacyOverrides(LegacyOverrides.ALL)
                .withTrimBlocks(true)
                .withKeepTrailingNewline(true)
                .withNestedInterpretationEnabled(false)
                .withEnableFilterChainOptimization(true)
                .withMaxOutputSize(Evaluator.MAX_TEXT)
                .withMaxStringLength(Evaluator.MAX_TEXT)
                .withMaxListSize(Evaluator.MAX_NODES)
                .withMaxMapSize(Evaluator.MAX_NODES)
                .withRangeLimit(MAX_RANGE + 1)
                .withMaxRenderDepth(10)
                .withProcessors(JinjavaProcessors.newBuilder()
                        .withNodePreProcessor((node, jinja) -> ((JinjaInterpreter) jinja).countStep())
                        .build())
                .withDisabled(Map.of(
                        Context.Library.TAG, Set.of("include", "import", "from", "extends", "cycle"),
                        Context.Library.FUNCTION,
                                Set.of(":unixtimestamp", ":today", ":super", ":strtotime", ":strtodate"),
                        Context.Library.FILTER,
                                Set.of("random", "shuffle", "log", "render", "unixtimestamp", "datetimeformat")))
                .build();
        Jinjava jinjava = new Jinjava(config);
        jinjava.setResourceLocator((name, encoding, jinja) -> {
            throw new IOException("a template cannot read files");
        });
        Context global = jinjava.getGlobalContext();
        global.registerFilter(new JinjaFilters.Default("default"));
        global.registerFilter(new JinjaFilters.Default("d"));
        global.registerFilter(new JinjaFilters.Ternary("ternary"));
        for (String grows : List.of("center", "indent", "batch", "slice", "wordwrap", "truncate", "format")) {
            global.registerFilter(new JinjaFilters.Bounded(global.getFilter(grows)));
        }
        global.registerExpTest(new JinjaUndefined.Defined("defined", true));
        global.registerExpTest(new JinjaUndefined.Defined("undefined", false));
        global.registerFunction(range());
        return jinjava;
    }

    private static ELFunctionDefinition range() {
        try {
            Method range = Jinja.class.getDeclaredMethod("range", Object.class, Object[].class);
            range.setAccessible(true);
            return new ELFunctionDefinition("", "range", range);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    // Jinjava's own silently leaves out what is beyond the limit. Called by reflection.
    @SuppressWarnings("UnusedMethod")
    private static List<Integer> range(Object first, Object... rest) {
        List<Integer> numbers = Functions.range(first, rest);
        if (numbers.size() > MAX_RANGE) {
            throw new InterpretException("range() gives more than " + MAX_RANGE + " numbers");
        }
        return numbers;
    }
}
