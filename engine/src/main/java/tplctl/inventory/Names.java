package tplctl.inventory;

import java.util.Collection;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What hosts and groups may be called. */
public final class Names {
    private static final int SHOWN = 8;
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}_][\\p{L}\\p{M}\\p{N}_.-]{0,252}");
    private static final Pattern IPV6 = Pattern.compile(
            "(?=.*::|(?:[^:]*:){7}[^:]*$)[0-9A-Fa-f:]{2,39}(?:[0-9]{1,3}(?:\\.[0-9]{1,3}){3})?(?:%\\w+)?");

    /** What a host's name has to be, for messages. */
    public static final String HOST_RULE =
            "a host's name has letters, digits, \"_\", \".\" and \"-\", and begins with a letter,"
                    + " a digit or \"_\"; its address is its ansible_host";

    static final String GROUP_RULE =
            "a group's name has letters, digits, \"_\", \".\" and \"-\", and begins with a letter, a digit or \"_\"";

    private Names() {}

    /** Other characters mean something in patterns, in the ids that "needs" takes, or on a command line. */
    public static boolean isName(String text) {
        // By hand, because a large inventory has many.
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '_'
                    || (i > 0 && (c == '-' || c == '.'));
            if (!plain) {
                return NAME.matcher(text).matches();
            }
        }
        return !text.isEmpty() && text.length() <= 253;
    }

    /** Whether a host of an inventory may be called so: a name, or an IPv6 address. */
    static boolean isHost(String text) {
        return isName(text) || isAddress(text);
    }

    /** An IPv6 address as it is written, RFC 4291 section 2.2. */
    static boolean isAddress(String text) {
        return text.indexOf(':') >= 0 && IPV6.matcher(text).matches();
    }

    /** The first few of many, for messages. */
    public static String listed(Collection<String> names) {
        String shown = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
        return names.size() > SHOWN ? shown + ", … (" + names.size() + ")" : shown;
    }
}
