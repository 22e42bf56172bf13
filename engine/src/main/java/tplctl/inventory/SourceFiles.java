package tplctl.inventory;

import java.util.List;
import java.util.Optional;
import tplctl.diag.Diagnostics;

/** The files that inventories are read from, as the shell around this package reaches them. Paths are as the user writes them. */
public interface SourceFiles {
    /** What is found at a path. */
    enum Type {
        NONE,
        FILE,
        /** A file that may be executed and is a program: it begins with {@code #!}, or as binaries do. */
        PROGRAM,
        DIRECTORY
    }

    Type type(String path);

    /** The names in a directory, in the order of their characters; empty when there is no such directory. */
    List<String> names(String directory);

    /** A file's text; empty when there is an error that says why. Messages can show its lines from then on. */
    Optional<String> text(String path, Diagnostics errors);

    /**
     * What a program prints on stdout when it is run with arguments; empty when there is an error that says why. Messages can show
     * the lines of what it printed as those of a file of that name.
     */
    Optional<String> output(String path, List<String> arguments, String name, Diagnostics errors);

    /** Whether two paths lead to the same place. */
    boolean same(String one, String other);
}
