package tplctl.host;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The text of one known_hosts file, sshd(8), indexed by name. Lines that make no sense are passed over, as ssh does. */
final class KnownHostsFile {
    /** What a line says of its key. */
    enum Marker {
        NONE,
        REVOKED,
        AUTHORITY
    }

    /**
     * A key that a line gives a host.
     *
     * @param type as in {@code ssh-ed25519}
     * @param key in Base64
     */
    record Entry(Marker marker, String type, String key, String file, int line) {}

    private static final class Hashed {
        private final byte[] salt;
        private final byte[] hash;
        private final Entry entry;

        Hashed(byte[] salt, byte[] hash, Entry entry) {
            this.salt = salt;
            this.hash = hash;
            this.entry = entry;
        }
    }

    private record Patterns(List<String> patterns, Entry entry) {}

    private static final String HASH_PREFIX = "|1|";
    private static final String HASH = "HmacSHA1";

    private final Map<String, List<Entry>> exact = new HashMap<>();
    private final List<Patterns> patterns = new ArrayList<>();
    private final List<Hashed> hashed = new ArrayList<>();

    KnownHostsFile(String file, String text) {
        int number = 0;
        for (String line : text.split("\n", -1)) {
            add(line.strip(), file, ++number);
        }
    }

    /** The entries for a name: a plain host, or {@code [host]:port}. */
    List<Entry> find(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        List<Entry> found = new ArrayList<>(exact.getOrDefault(lower, List.of()));
        for (Patterns each : patterns) {
            if (SshPatterns.match(each.patterns(), lower)) {
                found.add(each.entry());
            }
        }
        if (!hashed.isEmpty()) {
            findHashed(lower.getBytes(StandardCharsets.UTF_8), found);
        }
        return found;
    }

    private void findHashed(byte[] name, List<Entry> found) {
        try {
            Mac mac = Mac.getInstance(HASH);
            for (Hashed each : hashed) {
                mac.init(new SecretKeySpec(each.salt, HASH));
                if (Arrays.equals(mac.doFinal(name), each.hash)) {
                    found.add(each.entry);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + HASH, e);
        }
    }

    private void add(String line, String file, int number) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        String[] fields = line.split("\\s+", 5);
        Optional<Marker> marker = switch (fields[0]) {
            case "@revoked" -> Optional.of(Marker.REVOKED);
            case "@cert-authority" -> Optional.of(Marker.AUTHORITY);
            default -> fields[0].startsWith("@") ? Optional.empty() : Optional.of(Marker.NONE);
        };
        int first = fields[0].startsWith("@") ? 1 : 0;
        if (marker.isEmpty() || fields.length < first + 3) {
            return;
        }
        Entry entry = new Entry(marker.get(), fields[first + 1], fields[first + 2], file, number);
        String names = fields[first];
        if (names.startsWith(HASH_PREFIX)) {
            hashed(names, entry);
            return;
        }
        List<String> all = List.of(names.toLowerCase(Locale.ROOT).split(","));
        if (all.stream().anyMatch(SshPatterns::isPattern)) {
            patterns.add(new Patterns(all, entry));
        } else {
            all.forEach(
                    name -> exact.computeIfAbsent(name, n -> new ArrayList<>(1)).add(entry));
        }
    }

    private void hashed(String names, Entry entry) {
        String[] parts = names.substring(HASH_PREFIX.length()).split("\\|", -1);
        try {
            if (parts.length == 2 && !parts[0].isEmpty()) {
                hashed.add(new Hashed(
                        Base64.getDecoder().decode(parts[0]),
                        Base64.getDecoder().decode(parts[1]),
                        entry));
            }
        } catch (IllegalArgumentException e) {
            // Not Base64: no name has this hash.
        }
    }
}
