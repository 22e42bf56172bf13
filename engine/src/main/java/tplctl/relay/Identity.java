package tplctl.relay;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/**
 * A key of P-256, made in memory and never told to anybody, and a self-signed certificate of it (RFC 5280) for both ends of
 * TLS. The JDK has no public way to make a certificate.
 */
public final class Identity {
    private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    /** digitalSignature, the first of nine bits. */
    private static final byte[] DIGITAL_SIGNATURE = {(byte) 0x80};

    private static final int DIGITAL_SIGNATURE_UNUSED = 7;
    private static final Duration BEFORE = Duration.ofDays(1);
    private static final Duration AFTER = Duration.ofDays(7);
    private static final int SERIAL_BITS = 127;

    private final PrivateKey key;
    private final X509Certificate certificate;

    private Identity(PrivateKey key, X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
    }

    /** A new one, valid for a week. */
    public static Identity create() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            byte[] body = body(pair, Instant.now());
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(pair.getPrivate());
            signature.update(body);
            byte[] whole = Der.sequence(body, algorithm(), Der.bits(0, signature.sign()));
            return new Identity(pair.getPrivate(), parse(whole));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no P-256; its module jdk.crypto.ec is missing", e);
        }
    }

    /** The certificate in base64, as {@link #certificate} takes it. */
    public String encoded() {
        try {
            return Base64.getEncoder().encodeToString(certificate.getEncoded());
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A certificate from base64 of DER.
     *
     * @throws RelayException when it is none
     */
    public static X509Certificate certificate(String encoded) throws RelayException {
        try {
            return parse(Base64.getDecoder().decode(encoded));
        } catch (IllegalArgumentException | CertificateException e) {
            throw new RelayException(
                    RelayException.Code.USAGE, "not a certificate in base64 of DER: " + e.getMessage(), e);
        }
    }

    PrivateKey key() {
        return key;
    }

    X509Certificate certificate() {
        return certificate;
    }

    private static X509Certificate parse(byte[] der) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    /** TBSCertificate of RFC 5280 section 4.1. */
    private static byte[] body(KeyPair pair, Instant now) {
        BigInteger serial = new BigInteger(SERIAL_BITS, new SecureRandom()).max(BigInteger.ONE);
        byte[] name = Der.sequence(Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.utf8("tplctl relay"))));
        return Der.sequence(
                Der.explicit(0, Der.integer(BigInteger.TWO)),
                Der.integer(serial),
                algorithm(),
                name,
                Der.sequence(Der.time(now.minus(BEFORE)), Der.time(now.plus(AFTER))),
                name,
                pair.getPublic().getEncoded(),
                Der.explicit(
                        3,
                        Der.sequence(
                                extension(BASIC_CONSTRAINTS, Der.sequence()),
                                extension(KEY_USAGE, Der.bits(DIGITAL_SIGNATURE_UNUSED, DIGITAL_SIGNATURE)),
                                extension(
                                        EXTENDED_KEY_USAGE,
                                        Der.sequence(Der.oid(SERVER_AUTH), Der.oid(CLIENT_AUTH))))));
    }

    private static byte[] extension(String id, byte[] value) {
        return Der.sequence(Der.oid(id), Der.yes(), Der.octets(value));
    }

    private static byte[] algorithm() {
        return Der.sequence(Der.oid(ECDSA_WITH_SHA256));
    }
}
