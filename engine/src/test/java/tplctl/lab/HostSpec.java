package tplctl.lab;

import java.util.ArrayList;
import java.util.List;

/**
 * What is special about a lab host.
 *
 * @param sshd lines of sshd_config, which come before the lab's own and so win
 * @param hostKeys types of host keys, as {@code ssh-keygen -t} names them
 * @param deployShell the login shell of the user {@code deploy}
 * @param sudo what sudo lets {@code deploy} do
 * @param sh what {@code /bin/sh} is
 * @param bashrc what root's and deploy's {@code ~/.bashrc} hold
 */
public record HostSpec(List<String> sshd, List<String> hostKeys, String deployShell, Sudo sudo, Sh sh, String bashrc) {
    /** What sudo lets the user {@code deploy} do. */
    public enum Sudo {
        WITHOUT_PASSWORD,
        WITH_PASSWORD,
        NOTHING
    }

    /** What {@code /bin/sh} is. */
    public enum Sh {
        OWN,
        BUSYBOX,
        BASH,
        /** Prints a line before it does what it is told. */
        TALKATIVE
    }

    public static final HostSpec PLAIN =
            new HostSpec(List.of(), List.of("ed25519"), "/bin/bash", Sudo.WITHOUT_PASSWORD, Sh.OWN, "");

    public HostSpec {
        sshd = List.copyOf(sshd);
        hostKeys = List.copyOf(hostKeys);
    }

    public HostSpec sshd(String... lines) {
        List<String> all = new ArrayList<>(sshd);
        all.addAll(List.of(lines));
        return new HostSpec(all, hostKeys, deployShell, sudo, sh, bashrc);
    }

    public HostSpec hostKeys(String... types) {
        return new HostSpec(sshd, List.of(types), deployShell, sudo, sh, bashrc);
    }

    public HostSpec deployShell(String shell) {
        return new HostSpec(sshd, hostKeys, shell, sudo, sh, bashrc);
    }

    public HostSpec sudo(Sudo rule) {
        return new HostSpec(sshd, hostKeys, deployShell, rule, sh, bashrc);
    }

    public HostSpec sh(Sh kind) {
        return new HostSpec(sshd, hostKeys, deployShell, sudo, kind, bashrc);
    }

    /** Lines that bash runs for each command that comes over SSH. */
    public HostSpec bashrc(String lines) {
        return new HostSpec(sshd, hostKeys, deployShell, sudo, sh, lines);
    }
}
