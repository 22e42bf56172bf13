package tplctl.machine;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Who a VM is: the same for the same host, owner and name at every start, different for any other. */
public record Identity(String name, String uuid) {
    private static final HexFormat HEX = HexFormat.of();

    /** A VM's identity; the UUID is of version 8 (RFC 9562, section 5.8). */
    public static Identity of(String host, String owner, String name) {
        byte[] digest = digest("uuid", host, owner, name);
        digest[6] = (byte) ((digest[6] & 0x0f) | 0x80);
        digest[8] = (byte) ((digest[8] & 0x3f) | 0x80);
        String hex = HEX.formatHex(digest, 0, 16);
        String uuid = hex.substring(0, 8) + "-" + hex.substring(8, 12) + "-" + hex.substring(12, 16) + "-"
                + hex.substring(16, 20) + "-" + hex.substring(20);
        return new Identity(name, uuid);
    }

    /** The address of a VM's card of that number, in the prefix 52:54:00 that QEMU's own addresses have. */
    public static String mac(String host, String owner, String name, int card) {
        byte[] digest = digest("mac", host, owner, name, Integer.toString(card));
        return "52:54:00:" + HexFormat.ofDelimiter(":").formatHex(digest, 0, 3);
    }

    private static byte[] digest(String... parts) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(String.join("\0", parts).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
