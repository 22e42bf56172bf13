package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tplctl.host.KnownHostsFile.Entry;
import tplctl.host.KnownHostsFile.Marker;

class KnownHostsTest {
    private static final String HASHED = "|1|%s|%s ssh-ed25519 AAAA";

    @TempDir
    private Path directory;

    @Test
    void findsNamesAddressesAndPorts() {
        KnownHostsFile file =
                new KnownHostsFile("f", "# c\n\na.org,10.0.0.1 t1 K1 comment\n[a.org]:2222 t2 K2\nbroken\n");
        assertThat(file.find("A.ORG")).extracting(Entry::key).containsExactly("K1");
        assertThat(file.find("10.0.0.1")).extracting(Entry::line).containsExactly(3);
        assertThat(file.find("[a.org]:2222")).extracting(Entry::key).containsExactly("K2");
        assertThat(file.find("b.org")).isEmpty();
    }

    @Test
    void understandsPatternsAndMarkers() {
        KnownHostsFile file =
                new KnownHostsFile("f", "*.org,!bad.org t K\n@revoked * t R\n@cert-authority *.org t C\n@x a.org t X");
        assertThat(file.find("a.org"))
                .extracting(Entry::marker)
                .containsExactly(Marker.NONE, Marker.REVOKED, Marker.AUTHORITY);
        assertThat(file.find("bad.org")).extracting(Entry::key).containsExactly("R", "C");
    }

    @Test
    void findsHashedNames() throws Exception {
        byte[] salt = "12345678901234567890".getBytes(StandardCharsets.UTF_8);
        javax.crypto.Mac mac = javax.crypto.Mac.getInstance("HmacSHA1");
        mac.init(new javax.crypto.spec.SecretKeySpec(salt, "HmacSHA1"));
        String hash =
                Base64.getEncoder().encodeToString(mac.doFinal("[example.org]:2222".getBytes(StandardCharsets.UTF_8)));
        KnownHostsFile file =
                new KnownHostsFile("f", HASHED.formatted(Base64.getEncoder().encodeToString(salt), hash));
        assertThat(file.find("[example.org]:2222")).extracting(Entry::key).containsExactly("AAAA");
        assertThat(file.find("example.org")).isEmpty();
    }

    @Test
    void addsToAFileThatOnlyItsOwnerReads() throws IOException {
        Path file = directory.resolve("d/known_hosts");
        KnownHosts known = new KnownHosts();
        assertThat(known.find("a", List.of(file))).isEmpty();
        known.add("a", "t", "K", file);
        assertThat(file).hasContent("a t K\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
        assertThat(known.find("a", List.of(file))).extracting(Entry::key).containsExactly("K");
    }

    @Test
    void beginsALineOfItsOwn() throws IOException {
        Path file = directory.resolve("known_hosts");
        Files.writeString(file, "b t K");
        new KnownHosts().add("a", "t", "K", file);
        assertThat(file).hasContent("b t K\na t K\n");
    }

    @Test
    void takesAdditionsFromManyThreads() throws IOException {
        Path file = directory.resolve("known_hosts");
        KnownHosts known = new KnownHosts();
        IntStream.range(0, 200).parallel().forEach(i -> {
            try {
                known.add("h" + i % 100, "t", "K" + i % 100, file);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(Files.readAllLines(file)).hasSize(100).doesNotHaveDuplicates();
    }
}
