package tplctl.host;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The relay's classes as a jar of their own, taken from where this program's classes are. The same classes always make the
 * same bytes.
 */
final class RelayKit {
    /** The relay's entry in the jar. */
    static final String MAIN = "tplctl.relay.Main";

    private static final String PACKAGE = "tplctl/relay/";
    private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final byte[] jar;
    private final String digest;

    private RelayKit(byte[] jar) {
        this.jar = jar;
        this.digest = sha256(jar);
    }

    /** From the jar or the class directory that this class is in. Made when it is first asked for, and then kept. */
    static RelayKit ofThisProgram() {
        return OfThisProgram.KIT;
    }

    private static final class OfThisProgram {
        static final RelayKit KIT = ofThisClass();
    }

    private static RelayKit ofThisClass() {
        try {
            return from(Path.of(RelayKit.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** From a jar or a class directory. */
    static RelayKit from(Path classes) {
        try {
            return new RelayKit(pack(Files.isDirectory(classes) ? ofDirectory(classes) : ofJar(classes)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the relay's classes in " + classes, e);
        }
    }

    byte[] jar() {
        return jar.clone();
    }

    /** SHA-256 of the jar, in lower-case hex. */
    String digest() {
        return digest;
    }

    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SortedMap<String, byte[]> ofDirectory(Path classes) throws IOException {
        SortedMap<String, byte[]> entries = new TreeMap<>();
        try (Stream<Path> files = Files.list(classes.resolve(PACKAGE))) {
            for (Path each : (Iterable<Path>) files::iterator) {
                String name = PACKAGE + each.getFileName();
                if (name.endsWith(".class")) {
                    entries.put(name, Files.readAllBytes(each));
                }
            }
        }
        return entries;
    }

    private static SortedMap<String, byte[]> ofJar(Path jar) throws IOException {
        SortedMap<String, byte[]> entries = new TreeMap<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (Enumeration<? extends ZipEntry> each = zip.entries(); each.hasMoreElements(); ) {
                ZipEntry entry = each.nextElement();
                if (entry.getName().startsWith(PACKAGE) && entry.getName().endsWith(".class")) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        entries.put(entry.getName(), in.readAllBytes());
                    }
                }
            }
        }
        return entries;
    }

    /** Stored, not deflated: what deflating makes of the same bytes varies with the library's version. */
    private static byte[] pack(SortedMap<String, byte[]> entries) throws IOException {
        if (!entries.containsKey(MAIN.replace('.', '/') + ".class")) {
            throw new IOException("there is no class " + MAIN);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> each : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(each.getKey());
                CRC32 crc = new CRC32();
                crc.update(each.getValue());
                entry.setTimeLocal(EPOCH);
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(each.getValue().length);
                entry.setCrc(crc.getValue());
                zip.putNextEntry(entry);
                zip.write(each.getValue());
                zip.closeEntry();
            }
        }
        return out.toByteArray();
    }
}
