package tplctl.text;

import tplctl.diag.Position;

/**
 * A scalar as it was written; types are decided by the field that takes it, not by YAML's schema.
 *
 * @param plain true when it was written without quotes or block style, so that {@code true}, {@code 12} and
 *     {@code null} may be read as more than text
 */
public record Scalar(String text, boolean plain, Position at) implements Node {
    /** YAML's null: nothing at all, {@code ~} or {@code null}, unquoted. */
    public boolean isNull() {
        return plain && (text.isEmpty() || text.equals("~") || text.equals("null"));
    }

    @Override
    public String label() {
        if (isNull()) {
            return "nothing";
        }
        return "\"" + text + "\"";
    }
}
