package tplctl.cli;

import java.util.OptionalInt;

/** The key that leaves a console: Ctrl and a letter or one of {@code [ ] \ ^ _}. */
record EscapeKey(String shown, OptionalInt code) {
    /** As telnet and virsh have it. */
    static final EscapeKey USUAL = of("^]");

    /** No key leaves. */
    static final EscapeKey NONE = new EscapeKey("none", OptionalInt.empty());

    /** Reads {@code ^X} or {@code none}. */
    static EscapeKey of(String text) {
        if (text.equals("none")) {
            return NONE;
        }
        char key = text.length() == 2 && text.charAt(0) == '^' ? Character.toUpperCase(text.charAt(1)) : 0;
        if (key < '@' || key > '_') {
            throw new UsageException("--escape takes ^ and a letter, as in ^X, or none, not \"" + text + "\"");
        }
        return new EscapeKey("Ctrl-" + key, OptionalInt.of(key & 0x1f));
    }

    /** Where it is among the first bytes, or -1. */
    int in(byte[] bytes, int length) {
        for (int i = 0; i < length && code.isPresent(); i++) {
            if (bytes[i] == code.getAsInt()) {
                return i;
            }
        }
        return -1;
    }
}
