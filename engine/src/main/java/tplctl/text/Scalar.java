package tplctl.text;

import org.jspecify.annotations.Nullable;
import tplctl.diag.Position;

/**
 * A scalar as it was written; types are decided by the field that takes it, not by YAML's schema.
 *
 * @param plain true when it was written without quotes or block style, so that {@code true}, {@code 12} and
 *     {@code null} may be read as more than text
 * @param inset columns from {@code at} to the first character of the text (1 for a quote) when the text stands in its
 *     file as it is, on one line; negative when it does not (escapes, several lines, a computed text)
 */
public record Scalar(String text, boolean plain, Position at, int inset) implements Node {
    private static final int NOT_AS_WRITTEN = -1;

    /** A scalar whose text stands in no file, or not literally. */
    public Scalar(String text, boolean plain, Position at) {
        this(text, plain, at, NOT_AS_WRITTEN);
    }

    /** YAML's null: nothing at all, {@code ~} or {@code null}, unquoted. */
    public boolean isNull() {
        return plain && (text.isEmpty() || text.equals("~") || text.equals("null"));
    }

    /** Whether its text stands in its file as it is; not so where an expression or a variable gave it. */
    public boolean isAsWritten() {
        return inset >= 0;
    }

    /** Where the character at that index of the text stands; the scalar's own place when that is not known. */
    public Position positionOf(int index) {
        if (!isAsWritten()) {
            return at;
        }
        return new Position(at.file(), at.line(), at.column() + inset + text.codePointCount(0, index));
    }

    @Override
    public String label() {
        if (isNull()) {
            return "nothing";
        }
        return "\"" + text + "\"";
    }

    // Spelled out, because a record's own are linked at run time, which costs a start-up tens of milliseconds.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Scalar that
                && text.equals(that.text)
                && plain == that.plain
                && inset == that.inset
                && at.equals(that.at);
    }

    @Override
    public int hashCode() {
        return 31 * text.hashCode() + at.hashCode();
    }
}
