package tplctl.diag;

import org.jspecify.annotations.Nullable;

/** A place in a file of the user's; line and column are 1-based, columns count code points. */
public record Position(String file, int line, int column) implements Comparable<Position> {
    @Override
    public int compareTo(Position other) {
        int byFile = file.compareTo(other.file);
        if (byFile != 0) {
            return byFile;
        }
        return line != other.line ? Integer.compare(line, other.line) : Integer.compare(column, other.column);
    }

    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }

    // Spelled out, because a record's own are linked at run time, which costs a start-up tens of milliseconds.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Position that && line == that.line && column == that.column && file.equals(that.file);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * file.hashCode() + line) + column;
    }
}
