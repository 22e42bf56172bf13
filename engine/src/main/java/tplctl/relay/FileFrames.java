package tplctl.relay;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * How a file's content crosses a {@link PeerConnection}. The sender: frames of one byte for the type, big-endian numbers.
 *
 * <pre>
 *   DATA  offset:8 length:4 bytes   length from 1 to 1 MiB
 *   ZERO  offset:8                  all before it, back to the last frame, is zero; also sent so that a silence is none
 *   END                             all after the last frame is zero, and the digest is the expected one
 *   ABORT text                      as DataOutput.writeUTF
 * </pre>
 *
 * Offsets never go back. The receiver says once, at any time: {@code KEPT}, or {@code FAILED} with a code and a text.
 */
final class FileFrames {
    static final int DATA = 1;
    static final int ZERO = 2;
    static final int END = 3;
    static final int ABORT = 4;

    static final int KEPT = 10;
    static final int FAILED = 11;

    /** The longest data of a frame. */
    static final int CHUNK = 1 << 20;

    /** The unit in which zeros are looked for: a page, since that is what a hole is made of. */
    static final int BLOCK = 4096;

    private static final byte[] NOTHING = new byte[CHUNK];

    private FileFrames() {}

    static boolean isZero(byte[] buffer, int from, int to) {
        return Arrays.mismatch(buffer, from, to, NOTHING, 0, to - from) < 0;
    }

    static void updateZeros(MessageDigest digest, long count) {
        for (long left = count; left > 0; left -= CHUNK) {
            digest.update(NOTHING, 0, (int) Math.min(left, CHUNK));
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
