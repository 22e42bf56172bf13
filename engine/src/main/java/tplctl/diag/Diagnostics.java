package tplctl.diag;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects all that is wrong with an input in one pass, so that the user mends it in one go. Not thread-safe. */
public final class Diagnostics {
    private final Set<Diagnostic> found = new LinkedHashSet<>();
    private int errors;

    public void error(Position at, String summary, String detail) {
        errors++;
        found.add(new Diagnostic(Diagnostic.Severity.ERROR, at, summary, detail));
    }

    public void error(Position at, String summary) {
        error(at, summary, "");
    }

    public void warn(Position at, String summary, String detail) {
        found.add(new Diagnostic(Diagnostic.Severity.WARNING, at, summary, detail));
    }

    public boolean hasErrors() {
        return errors > 0;
    }

    /**
     * How many errors were reported so far; a stage compares two counts to know whether it met any. An error that was reported
     * before, as for another host of the same play, counts again.
     */
    public int errorCount() {
        return errors;
    }

    /** Everything found, in reading order of the files. */
    public List<Diagnostic> sorted() {
        List<Diagnostic> all = new ArrayList<>(found);
        all.sort(Comparator.comparing(Diagnostic::at));
        return List.copyOf(all);
    }

    /** Ends a stage: throws when an error was found, with everything found so far. */
    public void throwIfErrors() {
        if (hasErrors()) {
            throw new InvalidInputException(sorted());
        }
    }
}
