package tplctl.report;

/**
 * What the place that text goes to can show. Colour only ever repeats what a word or symbol says.
 *
 * @param width in cells
 * @param ascii whether our own symbols keep to ASCII; the user's texts are shown as they are
 */
public record Style(boolean color, int width, boolean ascii) {
    /** For files and pipes. */
    public static final Style PLAIN = new Style(false, 100, false);

    /** What a piece of text is about; the colours are ansible-playbook's. */
    public enum Tone {
        OK("32"),
        CHANGED("33"),
        FAILED("31"),
        SKIPPED("36"),
        STRONG("1"),
        FAINT("2");

        private final String code;

        Tone(String code) {
            this.code = code;
        }
    }

    public String paint(Tone tone, String text) {
        return color && !text.isEmpty() ? "\u001b[" + tone.code + "m" + text + "\u001b[0m" : text;
    }

    String arrow() {
        return ascii ? "->" : "→";
    }

    String ellipsis() {
        return ascii ? "..." : "…";
    }
}
