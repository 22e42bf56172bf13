package tplctl.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How much of a VM's RAM is its own, and how much it has from its template.
 *
 * @param privateBytes pages copied on write, or anonymous from the start
 * @param sharedBytes pages of the template's file that it has touched and not written
 */
record Memory(long privateBytes, long sharedBytes) {
    private static final long KIB = 1024;

    /**
     * Reads the guest's RAM, for each node a mapping of exactly that size and of a file before one of none, out of an emulator's lines
     * of numa_maps and smaps. smaps' own
     * {@code Private_*} count every page that only one process maps, template pages among them; {@code anon=} of numa_maps counts the
     * copied ones (fs/proc/task_mmu.c, gather_stats).
     */
    static Memory of(List<String> numaMaps, List<String> smaps, List<Long> ramBytes) {
        List<Mapping> left = mappings(smaps);
        long privateBytes = 0;
        long sharedBytes = 0;
        for (long size : ramBytes) {
            Optional<Mapping> found = node(left, size);
            if (found.isPresent()) {
                Mapping ram = found.get();
                left.remove(ram);
                long own = copied(numaMaps, ram.address(), ram.of("Anonymous:"));
                long touched = ram.of("Rss:") + ram.of("Shared_Hugetlb:") + ram.of("Private_Hugetlb:");
                privateBytes += own;
                sharedBytes += Math.max(0, touched - own);
            }
        }
        return new Memory(privateBytes, sharedBytes);
    }

    private static Optional<Mapping> node(List<Mapping> mappings, long size) {
        List<Mapping> candidates = mappings.stream()
                .filter(m -> m.size() == size && !m.executable())
                .toList();
        return candidates.stream()
                .filter(Mapping::ofFile)
                .findFirst()
                .or(() -> candidates.stream().findFirst());
    }

    /** One mapping of smaps: its heading's address, permissions and path, and its counters in bytes. */
    private record Mapping(String address, String permissions, String path, Map<String, Long> counters) {
        long of(String counter) {
            return counters.getOrDefault(counter, 0L);
        }

        long size() {
            return of("Size:");
        }

        // TCG's buffer of translated code is as large as the RAM of many a small guest.
        boolean executable() {
            return permissions.contains("x");
        }

        boolean ofFile() {
            return path.startsWith("/");
        }
    }

    private static List<Mapping> mappings(List<String> smaps) {
        List<Mapping> mappings = new ArrayList<>();
        for (String line : smaps) {
            String[] words = line.split("\\s+", 6);
            int dash = words[0].indexOf('-');
            if (dash > 0 && words.length > 1) {
                String path = words.length > 5 ? words[5] : "";
                mappings.add(new Mapping(words[0].substring(0, dash), words[1], path, new HashMap<>()));
            } else if (!mappings.isEmpty() && words.length > 1 && words[1].matches("[0-9]{1,15}")) {
                mappings.get(mappings.size() - 1).counters().put(words[0], Long.parseLong(words[1]) * KIB);
            }
        }
        return mappings;
    }

    private static long copied(List<String> numaMaps, String address, long fallback) {
        for (String line : numaMaps) {
            String[] words = line.split(" ");
            if (words[0].equals(address)) {
                Map<String, Long> numbers = new HashMap<>();
                for (String word : words) {
                    int equals = word.indexOf('=');
                    if (equals > 0 && word.substring(equals + 1).matches("[0-9]{1,18}")) {
                        numbers.put(word.substring(0, equals), Long.parseLong(word.substring(equals + 1)));
                    }
                }
                return numbers.getOrDefault("anon", 0L) * numbers.getOrDefault("kernelpagesize_kB", 4L) * KIB;
            }
        }
        return fallback;
    }
}
