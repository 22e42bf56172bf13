package tplctl.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tplctl.host.Passphrases;
import tplctl.inventory.Settings;
import tplctl.login.Secret;

/** Secrets that the user types or keeps in a file; never an argument or a variable of the environment. */
final class Passwords {
    private Passwords() {}

    /** The options with the passwords that {@code -k}, {@code -K} and the password files bring. */
    static Session.Options in(Session.Options options, Terminal terminal) {
        Settings login = options.login();
        Optional<Secret> password = password(
                options.askPass(),
                options.connectionPasswordFile(),
                "SSH password: ",
                "--connection-password-file",
                terminal);
        // As Ansible has it: an empty answer means that it is the same as the other.
        Optional<Secret> become = password(
                        options.askBecomePass(),
                        options.becomePasswordFile(),
                        password.isPresent() ? "BECOME password[defaults to SSH password]: " : "BECOME password: ",
                        "--become-password-file",
                        terminal)
                .map(secret -> secret.text().isEmpty() ? password.orElse(secret) : secret);
        password.ifPresent(options.secrets());
        become.ifPresent(options.secrets());
        return options.with(login.withPasswords(password, become));
    }

    /** Asks for the passphrases of keys where somebody is there to answer. */
    static Passphrases passphrases(Terminal terminal) {
        return terminal.answers()
                ? (key, again) -> {
                    Optional<Secret> answer =
                            ask(terminal, (again ? "Wrong passphrase. " : "") + "Passphrase for " + key + ": ");
                    answer.ifPresent(terminal.secrets()::add);
                    return answer;
                }
                : Passphrases.none();
    }

    private static Optional<Secret> password(
            boolean ask, Optional<String> file, String prompt, String fileFlag, Terminal terminal) {
        if (file.isPresent()) {
            return Optional.of(read(file.get(), fileFlag));
        }
        if (!ask) {
            return Optional.empty();
        }
        if (!terminal.answers()) {
            throw new UsageException(
                    "a password is asked for and nobody is there to type it; " + fileFlag + " reads it from a file");
        }
        return ask(terminal, prompt);
    }

    private static Secret read(String file, String flag) {
        try {
            String text = Files.readString(Path.of(file), StandardCharsets.UTF_8);
            return new Secret(text.lines().findFirst().orElse(""));
        } catch (IOException e) {
            throw new UsageException(flag + " " + file + ": cannot be read: " + e.getMessage());
        }
    }

    private static Optional<Secret> ask(Terminal terminal, String prompt) {
        // Before the prompt: whoever answers at once must not see the answer either.
        Terminal.Silence silence = terminal.silence();
        try {
            terminal.err().print(prompt);
            terminal.err().flush();
            return Optional.ofNullable(terminal.in().lines().readLine()).map(Secret::new);
        } catch (IOException e) {
            return Optional.empty();
        } finally {
            silence.close();
            terminal.err().println();
        }
    }
}
