package tplctl.diag;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects all that is wrong with an input in one pass, so that the user mends it in one go. Not thread-safe. */
public final class Diagnostics {
    private final Set<Diagnostic> found = new LinkedHashSet<>();

    public void error(Position at, String summary, String detail) {
        found.add(new Diagnostic(Diagnostic.Severity.ERROR, at, summary, detail));
    }

    public void error(Position at, String summary) {
        error(at, summary, "");
    }

    public void warn(Position at, String summary, String detail) {
        found.add(new Diagnostic(Diagnostic.Severity.WARNING, at, summary, detail));
    }

    public boolean hasErrors() {
        return found.stream().anyMatch(d -> d.severity() == Diagnostic.Severity.ERROR);
    }

    /** How many errors there are so far; a stage compares two counts to know whether it added any. */
    public int errorCount() {
        return (int) found.stream()
                .filter(d -> d.severity() == Diagnostic.Severity.ERROR)
                .count();
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
