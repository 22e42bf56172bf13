package tplctl.kind;

/** A part of a shell script; its type decides how it is quoted and shown. */
public sealed interface Word permits Word.Lit, Word.Arg, Word.Secret, Word.Aside, Word.Shown {
    /** Shell text of ours, taken as it is. */
    record Lit(String text) implements Word {}

    /** A value: reaches the command exactly as it is, whatever characters it has. */
    record Arg(String text) implements Word {}

    /** A value that is never shown. */
    record Secret(String text) implements Word {
        @Override
        public String toString() {
            return "Secret[***]";
        }
    }

    /** Finished shell text that tells people nothing, such as the definition of a function; never shown. */
    record Aside(String text) implements Word {}

    /** What people see in the place of an {@link Aside}; no part of the script. */
    record Shown(String text) implements Word {}
}
