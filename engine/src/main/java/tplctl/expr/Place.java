package tplctl.expr;

import tplctl.diag.Position;
import tplctl.text.Scalar;

/** Tells where the characters of a text stand in the user's file. */
@FunctionalInterface
interface Place {
    Position of(int index);

    static Place in(Scalar scalar) {
        return scalar::positionOf;
    }

    /** A text of several lines that starts at that position, and stands in its file as it is. */
    static Place in(String text, Position start) {
        return index -> {
            String before = text.substring(0, Math.min(index, text.length()));
            int lines = (int) before.chars().filter(c -> c == '\n').count();
            int lineStart = before.lastIndexOf('\n') + 1;
            int column = before.codePointCount(lineStart, before.length());
            return new Position(start.file(), start.line() + lines, lines == 0 ? start.column() + column : column + 1);
        };
    }
}
