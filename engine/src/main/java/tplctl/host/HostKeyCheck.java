package tplctl.host;

import com.jcraft.jsch.HostKey;
import com.jcraft.jsch.HostKeyRepository;
import com.jcraft.jsch.UserInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tplctl.host.KnownHostsFile.Entry;
import tplctl.host.KnownHostsFile.Marker;

/**
 * Decides whether a server is the one it should be, as ssh does with StrictHostKeyChecking {@code yes} or {@code accept-new}. A
 * key other than the known one is refused in either case.
 */
final class HostKeyCheck implements HostKeyRepository {
    private static final List<String> PREFERRED = List.of(
            "ssh-ed25519",
            "ecdsa-sha2-nistp256",
            "ecdsa-sha2-nistp384",
            "ecdsa-sha2-nistp521",
            "rsa-sha2-512",
            "rsa-sha2-256");

    private final SshTarget target;
    private final KnownHosts knownHosts;
    private final List<Entry> known;
    private volatile Optional<String> refusal = Optional.empty();

    HostKeyCheck(SshTarget target, KnownHosts knownHosts) {
        this.target = target;
        this.knownHosts = knownHosts;
        List<Path> files = new ArrayList<>(target.knownHosts());
        files.addAll(target.globalKnownHosts());
        this.known = new ArrayList<>(knownHosts.find(target.keyName(), files));
        if (!target.aliased() && target.port() != SshTarget.DEFAULT_PORT) {
            // ssh takes a key that is known for the host at its usual port, too, but does not miss one there.
            known.addAll(knownHosts.find(target.hostName(), files).stream()
                    .map(e -> e.marker() == Marker.NONE ? new Entry(Marker.NONE, "", e.key(), e.file(), e.line()) : e)
                    .toList());
        }
    }

    /** Why the key was refused, with what would be right; empty when it was not. */
    Optional<String> refusal() {
        return refusal;
    }

    /** The key types to ask for, those that are known of this host first, so that a known key is the one that is shown. */
    String algorithms() {
        List<String> first = new ArrayList<>();
        List<String> rest = new ArrayList<>();
        for (String algorithm : PREFERRED) {
            String type = algorithm.startsWith("rsa-") ? "ssh-rsa" : algorithm;
            boolean isKnown = known.stream()
                    .anyMatch(e -> e.marker() == Marker.NONE && e.type().equals(type));
            (isKnown ? first : rest).add(algorithm);
        }
        first.addAll(rest);
        return String.join(",", first);
    }

    @Override
    public int check(String host, byte[] key) {
        String type = type(key);
        String text = Base64.getEncoder().encodeToString(key);
        String shown = shownType(type) + " " + fingerprint(key);
        for (Entry entry : known) {
            if (entry.marker() == Marker.REVOKED && entry.key().equals(text)) {
                return refuse(
                        CHANGED,
                        "its host key, " + shown + ", is marked @revoked in " + place(entry)
                                + ": it was withdrawn; give the host a new key, or ask who withdrew it");
            }
        }
        if (known.stream().anyMatch(e -> e.marker() == Marker.NONE && e.key().equals(text))) {
            return OK;
        }
        // With accept-new a key of another type than the known one would be as good as a changed one.
        Optional<Entry> other = known.stream()
                .filter(e -> e.marker() == Marker.NONE && e.type().equals(type))
                .findFirst()
                .or(() -> known.stream()
                        .filter(e -> target.acceptNew()
                                && e.marker() == Marker.NONE
                                && !e.type().isEmpty())
                        .findFirst());
        if (other.isPresent()) {
            return refuse(CHANGED, changed(other.get(), shown, type, text));
        }
        if (target.acceptNew() && !target.knownHosts().isEmpty()) {
            return accept(type, text);
        }
        return refuse(
                NOT_INCLUDED,
                "its host key is not known: " + shown
                        + ". If that is what `ssh-keygen -lf` shows for the key in /etc/ssh on the host itself, add it: "
                        + addition(type, text));
    }

    private int accept(String type, String key) {
        Path file = target.knownHosts().get(0);
        try {
            knownHosts.add(target.keyName(), type, key, file);
            return OK;
        } catch (IOException e) {
            return refuse(NOT_INCLUDED, "its host key is new and cannot be added to " + file + " (" + e + ")");
        }
    }

    private String changed(Entry before, String shown, String type, String key) {
        return "its host key has changed: it shows " + shown + ", and " + place(before) + " has "
                + shownType(before.type()) + " " + fingerprint(before.key())
                + ". Either the host was set up anew, or another one answers in its place. If the new key is right: "
                + "ssh-keygen -f " + ShellQuote.quote(before.file()) + " -R "
                + ShellQuote.quote(target.keyName()) + " && " + addition(type, key);
    }

    /** The command that makes the key known. */
    private String addition(String type, String key) {
        String file = ShellQuote.quote(target.knownHosts().stream()
                .filter(f -> !f.equals(Path.of("/dev/null")))
                .findFirst()
                .map(Path::toString)
                .orElse("~/.ssh/known_hosts"));
        if (target.aliased() || !target.jumps().isEmpty()) {
            // ssh-keyscan knows neither names other than the address nor ways through another host.
            return "echo " + ShellQuote.quote(target.keyName() + " " + type + " " + key) + " >> " + file;
        }
        String scanned = type.startsWith("ecdsa") ? "ecdsa" : type.replace("ssh-", "");
        return "ssh-keyscan -t " + scanned + " -p " + target.port() + " " + ShellQuote.quote(target.hostName()) + " >> "
                + file;
    }

    private int refuse(int result, String words) {
        refusal = Optional.of(words);
        return result;
    }

    private static String place(Entry entry) {
        return entry.file() + (entry.line() > 0 ? " line " + entry.line() : "");
    }

    /** As ssh-keygen names it: {@code ED25519}. */
    private static String shownType(String type) {
        return (type.startsWith("ecdsa") ? "ecdsa" : type.replace("ssh-", "")).toUpperCase(Locale.ROOT);
    }

    /** The first string of the blob, RFC 4253 section 6.6. */
    static String type(byte[] key) {
        int length = key.length < 4 ? 0 : ByteBuffer.wrap(key).getInt();
        return length > 0 && length <= key.length - 4
                ? new String(key, 4, length, StandardCharsets.US_ASCII)
                : "an unknown type";
    }

    private static String fingerprint(String key) {
        try {
            return fingerprint(Base64.getDecoder().decode(key));
        } catch (IllegalArgumentException e) {
            return "no valid key";
        }
    }

    private static String fingerprint(byte[] key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key);
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public void add(HostKey key, UserInfo user) {
        // Done in check, which knows the file.
    }

    @Override
    public void remove(String host, String type) {
        // A known key is never replaced here.
    }

    @Override
    public void remove(String host, String type, byte[] key) {
        // A known key is never replaced here.
    }

    @Override
    public String getKnownHostsRepositoryID() {
        return "known_hosts";
    }

    @Override
    public HostKey[] getHostKey() {
        return new HostKey[0];
    }

    @Override
    public HostKey[] getHostKey(@Nullable String host, @Nullable String type) {
        return new HostKey[0];
    }
}
