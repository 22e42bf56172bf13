package tplctl.expr;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tplctl.diag.Position;

/** Runs {@link Main} in a virtual machine of its own that prints every class it loads. */
class LazyLoadingTest {
    private static final String JINJAVA = "com.hubspot.jinjava.Jinjava ";

    @Test
    void loadsNoJinjavaForPlainReferences() throws IOException, InterruptedException {
        String loaded = classesLoadedFor("{{ dir }}/x", "{{ list[0] }}", "{{ map.a['b'] }}");

        assertThat(loaded).contains("tplctl.expr.Evaluator ").contains("done");
        assertThat(loaded).doesNotContain("hubspot").doesNotContain("jinjava").doesNotContain("tplctl.expr.Jinja");
    }

    @Test
    void loadsJinjavaForAnythingElse() throws IOException, InterruptedException {
        assertThat(classesLoadedFor("{{ dir | upper }}")).contains(JINJAVA).contains("done");
    }

    private static String classesLoadedFor(String... expressions) throws IOException, InterruptedException {
        String java = System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
        ProcessBuilder command = new ProcessBuilder(
                java,
                "-Xshare:auto",
                "-Xlog:class+load:stdout",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName());
        command.command().addAll(List.of(expressions));
        command.redirectErrorStream(true);
        Process process = command.start();
        try {
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return out;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Evaluates its arguments as scalars and as templates. */
    static final class Main {
        private Main() {}

        public static void main(String[] expressions) {
            ExprFixture fixture = new ExprFixture();
            Scope scope = Scope.of(ExprFixture.vars("dir: /srv\nlist: [1]\nmap: {a: {b: '{{ dir }}'}}\n"));
            for (String expression : expressions) {
                fixture.resolve(expression, scope);
                Expressions.template(expression, new Position("t", 1, 1), scope, fixture.diagnostics);
            }
            Expressions.condition(ExprFixture.quoted("nope"), scope, fixture.diagnostics);
            System.out.println(fixture.errors().size() == 1 ? "done" : fixture.errors());
        }
    }
}
