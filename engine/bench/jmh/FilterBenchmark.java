package tplctl.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import tplctl.relay.FilterStatistics;
import tplctl.relay.StreamFilter;
import tplctl.relay.TemplatePages;

/** One pass over 256 MiB of guest memory through the filter, the template a file on tmpfs, one thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FilterBenchmark {
    private static final int PAGE = 4096;
    private static final int PAGES = 65536;
    private static final int PIECE = 256 * 1024;

    /** What the pages are: the template's, others, zero in both, or a tenth others and a third zero. */
    @Param({"all-equal", "all-different", "all-zero", "mixed"})
    public String stream = "";

    private Path file = Path.of("");
    private ByteBuffer bytes = ByteBuffer.allocate(0);

    @Setup(Level.Trial)
    public void prepare() throws IOException {
        file = Files.createTempFile(Path.of("/dev/shm"), "bench", ".memory");
        byte[] memory = new byte[PAGES * PAGE];
        Random random = new Random(1);
        ByteBuffer out = ByteBuffer.allocateDirect(PAGES * (PAGE + 16) + 4096);
        head(out);
        byte[] page = new byte[PAGE];
        for (int i = 0; i < PAGES; i++) {
            int kind = stream.equals("mixed") ? random.nextInt(30) : stream.equals("all-zero") ? 0 : 29;
            boolean zero = kind < 10;
            if (!zero) {
                random.nextBytes(page);
                System.arraycopy(page, 0, memory, i * PAGE, PAGE);
                if (stream.equals("all-different") || kind < 13) {
                    page[PAGE - 1]++;
                }
            }
            out.putLong((long) i * PAGE | (zero ? 2 : 8) | (i == 0 ? 0 : 0x20));
            if (i == 0) {
                name(out, "mem0");
            }
            if (zero) {
                out.put((byte) 0);
            } else {
                out.put(page);
            }
        }
        eos(out);
        out.put((byte) 3).putInt(2);
        eos(out);
        out.putShort((short) 0x0006).putInt(2).put((byte) '{').put((byte) '}');
        bytes = out.flip();
        Files.write(file, memory);
    }

    private static void head(ByteBuffer out) {
        out.putInt(0x5145564d).putInt(3).put((byte) 7).putInt(2).put((byte) 'p').put((byte) 'c');
        out.put((byte) 1).putInt(2);
        name(out, "ram");
        out.putInt(0).putInt(4).putLong((long) PAGES * PAGE | 4);
        name(out, "mem0");
        out.putLong((long) PAGES * PAGE);
        eos(out);
        out.put((byte) 2).putInt(2);
    }

    private static void name(ByteBuffer out, String name) {
        out.put((byte) name.length()).put(name.getBytes(StandardCharsets.US_ASCII));
    }

    private static void eos(ByteBuffer out) {
        out.putLong(0x10).put((byte) 0x7e).putInt(2);
    }

    @TearDown(Level.Trial)
    public void clean() throws IOException {
        Files.delete(file);
    }

    @Benchmark
    public FilterStatistics filter() throws IOException {
        try (TemplatePages pages = TemplatePages.open(file)) {
            return StreamFilter.templateAware(Map.of("mem0", pages)).filter(new Source(bytes.duplicate()), new Sink());
        }
    }

    /** Gives pieces of what a socket gives, by copying, as the kernel does. */
    private record Source(ByteBuffer bytes) implements ReadableByteChannel {
        @Override
        public int read(ByteBuffer into) {
            if (!bytes.hasRemaining()) {
                return -1;
            }
            int length = Math.min(PIECE, Math.min(into.remaining(), bytes.remaining()));
            into.put(bytes.slice(bytes.position(), length));
            bytes.position(bytes.position() + length);
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    /** Takes by copying. */
    private static final class Sink implements WritableByteChannel {
        private final ByteBuffer taken = ByteBuffer.allocateDirect(1 << 20);

        @Override
        public int write(ByteBuffer from) {
            int length = from.remaining();
            taken.clear().put(from);
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    /** Prints a line for each stream. */
    public static void main(String[] args) throws RunnerException, IOException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(FilterBenchmark.class.getName())
                        .forks(1)
                        .warmupIterations(3)
                        .warmupTime(TimeValue.seconds(2))
                        .measurementTime(TimeValue.seconds(2))
                        .measurementIterations(5)
                        .build())
                .run();
        System.out.printf(Locale.ROOT, "%n%-14s %14s %20s%n", "stream", "GB/s of stream", "GB/s of guest memory");
        for (RunResult each : results) {
            FilterBenchmark input = new FilterBenchmark();
            input.stream = each.getParams().getParam("stream");
            input.prepare();
            input.clean();
            double nanoseconds = each.getPrimaryResult().getScore();
            System.out.printf(
                    Locale.ROOT,
                    "%-14s %14.2f %20.2f%n",
                    input.stream,
                    input.bytes.limit() / nanoseconds,
                    (double) PAGES * PAGE / nanoseconds);
        }
    }
}
