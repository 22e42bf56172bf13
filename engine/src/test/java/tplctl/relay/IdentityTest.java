package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class IdentityTest {
    @Test
    void certifiesItsOwnKeyForBothEnds() throws GeneralSecurityException, RelayException {
        X509Certificate made = Identity.certificate(Identity.create().encoded());
        made.verify(made.getPublicKey());
        made.checkValidity();
        assertThat(made.getVersion()).isEqualTo(3);
        assertThat(made.getSigAlgName()).isEqualTo("SHA256withECDSA");
        assertThat(made.getPublicKey().getAlgorithm()).isEqualTo("EC");
        assertThat(made.getSubjectX500Principal().getName()).isEqualTo("CN=tplctl relay");
        assertThat(made.getIssuerX500Principal()).isEqualTo(made.getSubjectX500Principal());
        assertThat(made.getBasicConstraints()).isEqualTo(-1);
        assertThat(made.getKeyUsage()).containsExactly(true, false, false, false, false, false, false, false, false);
        assertThat(made.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(made.getSerialNumber()).isPositive();
        assertThat(Duration.between(
                        made.getNotBefore().toInstant(), made.getNotAfter().toInstant()))
                .isEqualTo(Duration.ofDays(8));
    }

    @Test
    void makesAnotherEachTime() {
        assertThat(Identity.create().encoded()).isNotEqualTo(Identity.create().encoded());
    }

    @Test
    void saysWhatIsNoCertificate() {
        assertThatThrownBy(() -> Identity.certificate("not base64!")).hasMessageContaining("not a certificate");
        assertThatThrownBy(() -> Identity.certificate("AAAA")).hasMessageContaining("not a certificate");
    }

    /** Each as {@code openssl asn1parse} and {@code openssl asn1parse -genstr} have it. */
    @Test
    void encodesAsDerDoes() {
        assertThat(hex(Der.oid("1.2.840.10045.4.3.2"))).isEqualTo("06082a8648ce3d040302");
        assertThat(hex(Der.oid("2.5.4.3"))).isEqualTo("0603550403");
        assertThat(hex(Der.oid("1.3.0.127.128"))).isEqualTo("06052b007f8100");
        assertThat(hex(Der.integer(BigInteger.valueOf(128)))).isEqualTo("02020080");
        assertThat(hex(Der.time(Instant.parse("2049-12-31T23:59:59Z"))))
                .isEqualTo("170d" + hex("491231235959Z".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        assertThat(hex(Der.time(Instant.parse("2050-01-01T00:00:00Z"))))
                .isEqualTo("180f" + hex("20500101000000Z".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        assertThat(hex(Der.octets(new byte[127]))).startsWith("047f00");
        assertThat(hex(Der.octets(new byte[128]))).startsWith("04818000");
        assertThat(hex(Der.octets(new byte[256]))).startsWith("0482010000");
        assertThat(hex(Der.bits(7, new byte[] {(byte) 0x80}))).isEqualTo("03020780");
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
