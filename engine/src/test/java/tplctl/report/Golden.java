package tplctl.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whole expected texts in {@code src/test/resources/golden}. {@code -Dgolden.update=true} rewrites them; where {@code CI} is set
 * that is refused, so that no test can agree with itself there.
 */
public final class Golden {
    private static final Path DIRECTORY = Path.of("src/test/resources/golden");

    private Golden() {}

    /** Fails when a text is not, to the letter, what the file of that name has. */
    public static void check(String name, String actual) {
        Path file = DIRECTORY.resolve(name);
        try {
            if (Boolean.getBoolean("golden.update")) {
                assertThat(System.getenv("CI")).as("golden.update in CI").isNull();
                Files.createDirectories(DIRECTORY);
                Files.writeString(file, actual);
            }
            assertThat(file)
                    .as("run once with -Dgolden.update=true and review it")
                    .exists();
            assertThat(actual).isEqualTo(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
