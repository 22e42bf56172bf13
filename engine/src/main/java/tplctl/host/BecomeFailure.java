package tplctl.host;

import java.util.Locale;
import java.util.OptionalInt;
import tplctl.login.Become;

/** What is wrong, and what would be right, when sudo did not start a shell; from sudo's own words (LC_ALL=C). */
final class BecomeFailure {
    private static final String GIVE_PASSWORD =
            "give it with -K, or as ansible_become_password, or let the user run sudo without one (NOPASSWD in sudoers)";

    private BecomeFailure() {}

    /** @param login the user that sudo was run by */
    static String explain(String login, Become become, OptionalInt exit, String words) {
        String text = words.toLowerCase(Locale.ROOT);
        String user = "the login user " + login;
        if (text.contains("incorrect password") || text.contains("sorry, try again")) {
            return wrongPassword(login);
        }
        if (text.contains("you must have a tty")) {
            return "sudo wants a terminal for " + user + "; add to sudoers: Defaults:" + login + " !requiretty"
                    + HostException.lastLines(words);
        }
        if (text.contains("password is required")
                || text.contains("a terminal is required")
                || text.contains("authentication required")) {
            return "sudo wants a password of " + user + "; " + GIVE_PASSWORD + HostException.lastLines(words);
        }
        if (text.contains("unknown user") || text.contains("user not found")) {
            return "there is no user " + become.user() + " to become" + HostException.lastLines(words);
        }
        if (text.contains("sudoers file")
                || text.contains("may not run sudo")
                || text.contains("not allowed to")
                || text.contains("sorry, user")) {
            return user + " may not become " + become.user() + "; add to sudoers: " + login + " ALL=(" + become.user()
                    + ") ALL" + HostException.lastLines(words);
        }
        if (exit.orElse(0) == 127) {
            return "there is no " + become.exe() + " for " + user
                    + "; install sudo, name another by ansible_become_exe," + " or log in as " + become.user()
                    + HostException.lastLines(words);
        }
        return "sudo did not start a shell for " + user + HostException.lastLines(words);
    }

    static String wrongPassword(String login) {
        return "the become password is wrong: sudo did not take it for the login user " + login
                + "; give the right one with -K or ansible_become_password";
    }
}
