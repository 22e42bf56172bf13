package tplctl.login;

import java.util.Locale;

/** A password or passphrase. It has no printed form, so that it gets into no message by accident. */
public record Secret(String text) {
    /** Whether a variable of that name has a password: Ansible's all do, and most others are named alike. */
    public static boolean isNamed(String variable) {
        String lower = variable.toLowerCase(Locale.ROOT);
        return lower.contains("password") || lower.endsWith("_pass");
    }

    @Override
    public String toString() {
        return "***";
    }
}
