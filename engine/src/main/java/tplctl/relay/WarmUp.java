package tplctl.relay;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Uses a cipher until Java has compiled it for this processor. A relay lives for one move, and without this would be at its slowest when
 * the machine stands still.
 */
final class WarmUp {
    /** The longest record of TLS 1.3, RFC 8446 section 5.1. */
    private static final int RECORD = 16 << 10;

    private static final int RECORDS = 160;
    private static final int KEY_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;

    private WarmUp() {}

    /** AES-128-GCM, by the calls that JSSE makes. The key is no secret, and what is encrypted goes nowhere. */
    static void cipher() {
        try {
            SecretKeySpec key = new SecretKeySpec(new byte[KEY_BYTES], "AES");
            Cipher sealing = Cipher.getInstance("AES/GCM/NoPadding");
            Cipher opening = Cipher.getInstance("AES/GCM/NoPadding");
            byte[] record = new byte[RECORD + TAG_BYTES];
            for (int i = 0; i < RECORDS; i++) {
                byte[] nonce = ByteBuffer.allocate(NONCE_BYTES).putInt(i).array();
                GCMParameterSpec parameters = new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce);
                sealing.init(Cipher.ENCRYPT_MODE, key, parameters);
                sealing.doFinal(ByteBuffer.wrap(record, 0, RECORD), ByteBuffer.wrap(record));
                opening.init(Cipher.DECRYPT_MODE, key, parameters);
                opening.doFinal(ByteBuffer.wrap(record), ByteBuffer.wrap(record));
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no AES-GCM", e);
        }
    }
}
