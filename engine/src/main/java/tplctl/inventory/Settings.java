package tplctl.inventory;

import java.util.Optional;
import tplctl.login.Secret;

/**
 * What the command line says of connections. Each is below what the inventory says for a host, as Ansible has it; {@code -e} is
 * above both.
 *
 * @param connection {@code ssh}, {@code local} or {@code smart}
 * @param timeout seconds, as they are written
 * @param become whether steps run through sudo
 */
public record Settings(
        Optional<String> user,
        Optional<String> privateKey,
        Optional<String> connection,
        Optional<String> timeout,
        Optional<String> sshCommonArgs,
        Optional<String> sshExtraArgs,
        Optional<Secret> password,
        boolean become,
        Optional<String> becomeUser,
        Optional<Secret> becomePassword) {
    /** A command line that says nothing. */
    public static Settings none() {
        return new Settings(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty());
    }

    /** The same with passwords. */
    public Settings withPasswords(Optional<Secret> login, Optional<Secret> becoming) {
        return new Settings(
                user,
                privateKey,
                connection,
                timeout,
                sshCommonArgs,
                sshExtraArgs,
                login.or(() -> password),
                become,
                becomeUser,
                becoming.or(() -> becomePassword));
    }
}
