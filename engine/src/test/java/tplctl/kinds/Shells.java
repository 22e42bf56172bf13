package tplctl.kinds;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A test that runs once in each of the shells that hosts have. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}")
@MethodSource("tplctl.kinds.Shells$Source#shells")
@interface Shells {
    /** Where the shells come from. */
    final class Source {
        private Source() {}

        static Stream<List<String>> shells() {
            return Stream.of(Bench.DASH, Bench.BUSYBOX);
        }
    }
}
