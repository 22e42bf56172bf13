package tplctl.relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Changes generated and recorded streams by chance and looks whether the filter refuses them or writes what does the
 * same: {@code FilterFuzz SECONDS SEED DIRECTORY}. Streams that broke it are left in the directory, and the corpus: a seed for each
 * reason for which one was refused, and some of those that were taken. {@link FuzzCorpusTest} goes through it.
 */
final class FilterFuzz {
    private static final int TAKEN = 200;

    private FilterFuzz() {}

    /** What a seed makes. */
    static GeneratedStream changed(long seed) {
        Random random = new Random(seed);
        boolean real = random.nextInt(20) == 0;
        GeneratedStream base = real
                ? new GeneratedStream(Recording.RUNNING.bytes(), Map.of("mem0", new byte[Recording.MEMORY]))
                : GeneratedStream.of(random.nextLong(), 6);
        return new GeneratedStream(mutate(base.bytes(), random), base.templates());
    }

    public static void main(String[] args) throws IOException {
        long end = System.nanoTime() + Long.parseLong(args[0]) * 1_000_000_000L;
        long seed = Long.parseLong(args[1]);
        Path directory = Path.of(args[2]);
        long runs = 0;
        long refused = 0;
        long broken = 0;
        Set<String> reasons = new HashSet<>();
        List<String> corpus = new ArrayList<>();
        while (System.nanoTime() < end) {
            GeneratedStream changed = changed(seed);
            try {
                Oracle.Outcome outcome = Oracle.check(changed.bytes(), changed.templates());
                if (outcome.refusal().isPresent()) {
                    refused++;
                    if (reasons.add(outcome.refusal().get().expected())) {
                        corpus.add(seed + " refused");
                    }
                } else if (runs - refused < TAKEN) {
                    corpus.add(seed + " taken");
                }
            } catch (AssertionError | RuntimeException e) {
                broken++;
                Files.write(directory.resolve("seed-" + seed), changed.bytes());
                System.out.println("seed " + seed + ": " + e);
            }
            runs++;
            seed++;
        }
        Files.write(directory.resolve("corpus"), corpus);
        System.out.println(
                runs + " streams, " + refused + " refused for " + reasons.size() + " reasons, " + broken + " wrong");
    }

    /** One to four changes: a flipped bit, another byte, a word of flags, a piece twice, away or from elsewhere, a cut. */
    static byte[] mutate(byte[] stream, Random random) {
        byte[] out = stream.clone();
        for (int i = 1 + random.nextInt(4); i > 0 && out.length > 16; i--) {
            int head = random.nextInt(3) == 0 ? Math.min(out.length, 300) : out.length;
            int at = random.nextInt(head - 8);
            switch (random.nextInt(7)) {
                case 0 -> out[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> out[at] = (byte) random.nextInt(256);
                case 2 -> out[at] = (byte) (random.nextBoolean() ? 0 : 0x20 | 8);
                case 3 -> {
                    int length = Math.min(1 + random.nextInt(9000), out.length - at);
                    int to = random.nextInt(out.length - length + 1);
                    System.arraycopy(out.clone(), at, out, to, length);
                }
                case 4 -> out = spliced(out, at, at, random);
                case 5 -> out = spliced(out, at, Math.min(out.length, at + 1 + random.nextInt(20)), random);
                default -> {
                    if (random.nextInt(4) == 0) {
                        out = java.util.Arrays.copyOf(out, at);
                    }
                }
            }
        }
        return out;
    }

    /** Without the bytes between, and with up to 20 from elsewhere in their place. */
    private static byte[] spliced(byte[] stream, int from, int to, Random random) {
        int source = random.nextInt(stream.length);
        int more = Math.min(random.nextInt(21), stream.length - source);
        byte[] out = new byte[stream.length - (to - from) + more];
        System.arraycopy(stream, 0, out, 0, from);
        System.arraycopy(stream, source, out, from, more);
        System.arraycopy(stream, to, out, from + more, stream.length - to);
        return out;
    }
}
