package tplctl.host;

/**
 * A POSIX sh script.
 *
 * @param text what is run; may hold secrets
 * @param shown what people get to see of it, in messages and logs; without the secrets
 */
public record Script(String text, String shown) {
    public Script {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a script cannot hold a NUL character: " + shown);
        }
    }

    /** A script without secrets. */
    public static Script of(String text) {
        return new Script(text, text);
    }

    /** The shown form. */
    @Override
    public String toString() {
        return shown;
    }
}
