package tplctl.qemu;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Cuts what a guest agent sends into lines, on a thread of its own. What the guest says is not trusted: a line is bounded, and so are
 * the lines that are kept until somebody takes them.
 */
final class AgentReader {
    /** Precedes the answer to guest-sync-delimited (qga/qapi-schema.json); in no UTF-8 text. */
    static final int SENTINEL = 0xFF;

    private static final int LINES_KEPT = 2;

    /**
     * @param delimited whether the sentinel came right before it
     * @param end empty for a line; else why there are no more
     */
    record Line(String text, boolean delimited, Optional<String> end) {}

    private final InputStream in;
    private final int limit;
    private final BlockingQueue<Line> lines = new ArrayBlockingQueue<>(LINES_KEPT);
    private final Thread reader;

    /** @param name of the host, for its thread */
    AgentReader(InputStream in, int limit, String name) {
        this.in = in;
        this.limit = limit;
        this.reader = new Thread(this::read, "guest-agent-" + name);
        reader.setDaemon(true);
    }

    void start() {
        reader.start();
    }

    /** Ends it, once nothing comes from its stream any more, with the lines that nobody took. */
    void stop() {
        reader.interrupt();
    }

    /** The next line, or its end; empty when none came until that {@link System#nanoTime}. */
    Optional<Line> next(long deadline) throws InterruptedException {
        return Optional.ofNullable(lines.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS));
    }

    private void read() {
        try {
            lines.put(new Line("", false, Optional.of(cut())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody wants them any more
        }
    }

    private String cut() throws InterruptedException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        byte[] chunk = new byte[8192];
        boolean delimited = false;
        try {
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                for (int i = 0; i < count; i++) {
                    int b = chunk[i] & 0xFF;
                    if (b == SENTINEL) {
                        line.reset();
                        delimited = true;
                    } else if (b == '\n') {
                        lines.put(new Line(line.toString(StandardCharsets.UTF_8), delimited, Optional.empty()));
                        line.reset();
                        delimited = false;
                    } else if (line.size() < limit) {
                        line.write(b);
                    } else {
                        return "it sent a line of more than " + limit + " bytes";
                    }
                }
            }
            return "the emulator closed its channel";
        } catch (IOException e) {
            return "the channel to it broke: " + e.getMessage();
        }
    }
}
