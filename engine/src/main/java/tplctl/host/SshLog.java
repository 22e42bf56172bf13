package tplctl.host;

import com.jcraft.jsch.Logger;
import com.jcraft.jsch.UIKeyboardInteractive;
import com.jcraft.jsch.UserInfo;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tplctl.login.Secret;

/**
 * What the library tells during one connection: how far the login got, why the connection ended, and what is for {@code -vvvv}. It
 * also gives the library a password when a server asks for it in dialogue, RFC 4256. None of it is a secret.
 */
final class SshLog implements Logger, UserInfo, UIKeyboardInteractive {
    private static final String LOST = "Caught an exception, leaving main loop due to ";

    private final String label;
    private final Optional<Secret> password;
    private final Consumer<String> sink;
    private final Ending ending = new Ending();
    private volatile boolean greeted;
    private volatile boolean tooManyFailures;
    private volatile boolean answered;

    SshLog(String label, Optional<Secret> password, Consumer<String> sink) {
        this.label = label;
        this.password = password;
        this.sink = sink;
    }

    /** Whether the server said its version: until then it may be one that has too many connections. */
    boolean greeted() {
        return greeted;
    }

    /** Whether the server broke off because of too many keys that it does not take. */
    boolean tooManyFailures() {
        return tooManyFailures;
    }

    /** Why the connection ended after it was made; empty until it does. */
    Ending ending() {
        return ending;
    }

    @Override
    public boolean isEnabled(int level) {
        return level >= INFO;
    }

    @Override
    public void log(int level, String message) {
        if (message.startsWith(LOST)) {
            ending.because(words(message.substring(LOST.length())));
        } else if (message.startsWith("Remote version string")) {
            greeted = true;
        } else if (message.contains("Too many authentication failures")) {
            tooManyFailures = true;
        }
        sink.accept(label + ": ssh: " + message);
    }

    /** In other words than the library's. */
    private static String words(String cause) {
        if (cause.contains("End of IO") || cause.contains("reset") || cause.contains("Broken pipe")) {
            return "the connection was closed by the other end";
        }
        return "the connection is lost: " + cause;
    }

    @Override
    public @Nullable String getPassphrase() {
        return null;
    }

    @Override
    public @Nullable String getPassword() {
        return null;
    }

    @Override
    public boolean promptPassword(String message) {
        return false;
    }

    @Override
    public boolean promptPassphrase(String message) {
        return false;
    }

    @Override
    public boolean promptYesNo(String message) {
        return false;
    }

    @Override
    public void showMessage(String message) {
        sink.accept(label + ": ssh: " + message.strip());
    }

    @Override
    public String @Nullable [] promptKeyboardInteractive(
            String destination, String name, String instruction, String[] prompts, boolean[] echo) {
        if (prompts.length == 0) {
            return new String[0];
        }
        if (prompts.length > 1 || echo[0] || answered || password.isEmpty()) {
            return null;
        }
        answered = true;
        return new String[] {password.get().text()};
    }
}
