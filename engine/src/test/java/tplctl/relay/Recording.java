package tplctl.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;

/** What QEMU 7.2.22 sent for a machine of 16 MiB, block mem0, type pc-i440fx-7.2, under TCG. */
enum Recording {
    /** Never ran; no return path. */
    STOPPED("qemu-7.2-stopped"),
    /** Wrote to a hundred pages all the time, its bandwidth limited at first; return path on. */
    RUNNING("qemu-7.2-running-return-path");

    static final int MEMORY = 16 << 20;

    private final String name;

    Recording(String name) {
        this.name = name;
    }

    byte[] bytes() {
        try (InputStream in = Recording.class.getResourceAsStream("/streams/" + name + ".gz")) {
            return new GZIPInputStream(in).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
