package tplctl.host;

import java.util.List;
import java.util.Locale;

/** Host name patterns as in ssh_config(5) and sshd(8)'s known_hosts: {@code *}, {@code ?} and {@code !}, letter case aside. */
final class SshPatterns {
    private SshPatterns() {}

    /** Whether one of the patterns matches and none that begins with {@code !} does. */
    static boolean match(List<String> patterns, String name) {
        boolean matched = false;
        for (String pattern : patterns) {
            if (pattern.startsWith("!")) {
                if (match(pattern.substring(1), name)) {
                    return false;
                }
            } else {
                matched |= match(pattern, name);
            }
        }
        return matched;
    }

    static boolean isPattern(String text) {
        return text.indexOf('*') >= 0 || text.indexOf('?') >= 0 || text.startsWith("!");
    }

    private static boolean match(String glob, String text) {
        String pattern = glob.toLowerCase(Locale.ROOT);
        String name = text.toLowerCase(Locale.ROOT);
        int p = 0;
        int n = 0;
        int star = -1;
        int resume = 0;
        while (n < name.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = n;
            } else if (p < pattern.length() && (pattern.charAt(p) == '?' || pattern.charAt(p) == name.charAt(n))) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
