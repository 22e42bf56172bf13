package tplctl.host;

import com.jcraft.jsch.JSchAlgoNegoFailException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.host.SshKeys.Choice;

/** Why a login failed, in words for the user: what is wrong and what would be right. */
final class SshFailure extends Exception {
    private static final long serialVersionUID = 1;
    private static final Pattern METHODS = Pattern.compile("for methods '([^']*)'");

    /** Whether it is worth trying again. */
    enum Outlook {
        STAYS,
        MAY_PASS,
        /** The server dropped the connection before it said anything, as sshd does with those beyond its MaxStartups. */
        DROPPED
    }

    private final Outlook outlook;

    SshFailure(String words, Outlook outlook, Throwable cause) {
        super(words, cause);
        this.outlook = outlook;
    }

    Outlook outlook() {
        return outlook;
    }

    String words() {
        return String.valueOf(getMessage());
    }

    /** No connection came about. */
    static SshFailure unconnected(SshTarget target, Throwable cause) {
        String to = target.hostName() + " port " + target.port();
        if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
            return new SshFailure(
                    "there is no address for the name \"" + target.hostName()
                            + "\"; give the host one with ansible_host, HostName or in /etc/hosts",
                    Outlook.STAYS,
                    cause);
        }
        if (cause instanceof SshLink.RefusedException refused) {
            return new SshFailure(
                    refused.reason() == SshLink.RefusedException.PROHIBITED
                            ? "the jump host may not connect to " + to
                                    + "; allow it with AllowTcpForwarding and PermitOpen in the jump host's sshd_config"
                            : "the jump host cannot connect to " + to
                                    + "; is sshd running there, and is that its port?",
                    Outlook.STAYS,
                    cause);
        }
        if (cause instanceof SocketTimeoutException) {
            return timeout(target, target.connectTimeout(), cause);
        }
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof NoRouteToHostException || message.contains("unreachable")) {
            return new SshFailure(
                    "there is no route to " + to + " (" + message + "); is the host up and the network to it?",
                    Outlook.MAY_PASS,
                    cause);
        }
        if (cause instanceof ConnectException
                && message.toLowerCase(Locale.ROOT).contains("refused")) {
            return new SshFailure(
                    to + " refuses connections; is sshd running there, and is that its port?", Outlook.STAYS, cause);
        }
        return new SshFailure("cannot connect to " + to + ": " + message, Outlook.MAY_PASS, cause);
    }

    /** The time is over before the login was. */
    static SshFailure timeout(SshTarget target, Duration limit, Throwable cause) {
        return new SshFailure(
                "no login to " + target.hostName() + " port " + target.port() + " within " + limit.toMillis() / 1000.0
                        + " s; is the host up, and does a firewall drop connections? A slow host can be given more with "
                        + "ConnectTimeout",
                Outlook.MAY_PASS,
                cause);
    }

    /** A connection came about, but no login. */
    static SshFailure refused(
            SshTarget target, SshLog log, HostKeyCheck check, SshOffers offers, Choice choice, Exception e) {
        if (check.refusal().isPresent()) {
            return new SshFailure(
                    target.hostName() + " port " + target.port() + ": "
                            + check.refusal().get(),
                    Outlook.STAYS,
                    e);
        }
        if (e instanceof JSchAlgoNegoFailException algorithms) {
            return new SshFailure(algorithms(target, algorithms), Outlook.STAYS, e);
        }
        String message = String.valueOf(e.getMessage());
        if (message.startsWith("Auth ") || message.startsWith("USERAUTH") || log.tooManyFailures()) {
            return new SshFailure(login(target, log, offers, choice, message), Outlook.STAYS, e);
        }
        boolean dropped = !log.greeted();
        return new SshFailure(
                dropped
                        ? target.hostName() + " port " + target.port()
                                + " closed the connection before its greeting; sshd does so with more than MaxStartups "
                                + "logins at a time, or when it may not be reached from here"
                        : "the connection to " + target.hostName() + " port " + target.port()
                                + " ended during the login (" + message.replace("Session.connect: ", "") + ")",
                dropped ? Outlook.DROPPED : Outlook.MAY_PASS,
                e);
    }

    private static String login(SshTarget target, SshLog log, SshOffers offers, Choice choice, String message) {
        List<String> facts = new ArrayList<>();
        facts.add(offers.offered().isEmpty() ? "no key was offered" : "tried " + String.join(", ", offers.offered()));
        facts.add(choice.agentAsked() ? "ssh-agent was asked for keys" : "no ssh-agent (SSH_AUTH_SOCK is not set)");
        if (target.password().isPresent()) {
            facts.add("tried the password");
        }
        facts.addAll(choice.problems());
        methods(message).ifPresent(m -> facts.add("the server takes " + m));
        return target.place() + " refuses the login: " + String.join("; ", facts) + ". " + advice(target, log, offers);
    }

    private static String advice(SshTarget target, SshLog log, SshOffers offers) {
        if (log.tooManyFailures()) {
            return "These were too many keys for the server: name the right one with IdentityFile, and set "
                    + "IdentitiesOnly yes";
        }
        if (!offers.locked().isEmpty()) {
            String file = offers.locked().get(0);
            return "The passphrase of " + file + " is not known: give the key to ssh-agent with `ssh-add "
                    + ShellQuote.quote(file) + "`";
        }
        if (target.password().isPresent()) {
            return "Is it the right password for " + target.user() + "?";
        }
        return offers.offered().isEmpty()
                ? "Name a key with IdentityFile or ansible_ssh_private_key_file, or give one to ssh-agent"
                : "One of these keys should be in ~" + target.user()
                        + "/.ssh/authorized_keys on the host; or name the right user and key";
    }

    private static Optional<String> methods(String message) {
        Matcher matcher = METHODS.matcher(message);
        return matcher.find()
                        && !matcher.group(1).isEmpty()
                        && !matcher.group(1).equals("null")
                ? Optional.of(matcher.group(1))
                : Optional.empty();
    }

    private static String algorithms(SshTarget target, JSchAlgoNegoFailException e) {
        String offered = String.valueOf(e.getServerProposal());
        boolean quantum = offered.contains("mlkem") || offered.contains("sntrup");
        return target.hostName() + " port " + target.port() + ": there is no " + e.getAlgorithmName()
                + " algorithm that both sides know; the server offers " + offered + ", tplctl " + e.getJSchProposal()
                + ". Allow one of these in the host's sshd_config"
                + (quantum ? ", or run tplctl on Java 24 or later, which has mlkem768x25519-sha256" : "");
    }
}
