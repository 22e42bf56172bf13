package tplctl.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import tplctl.bench.MigrateRun.Way;

/**
 * Moves a Linux guest between two hosts, in three ways side by side, and prints what each took. Run by {@code bench/migrate}, whose
 * comment says what is measured.
 */
final class MigrateBench {
    /** A page of the stream and its header. */
    private static final long RECORD = 4096 + 8;

    private static final double WIRE_FACTOR = 1.1;
    private static final double IDLE_FACTOR = 50;

    private final MigrateHosts hosts;
    private final String ram;
    private final List<String> budgets;
    private int vms;

    private MigrateBench(MigrateHosts hosts, String ram, List<String> budgets) {
        this.hosts = hosts;
        this.ram = ram;
        this.budgets = budgets;
    }

    /** Arguments: how many timed runs, and cases such as {@code 512M:64}. */
    public static void main(String[] args) throws IOException {
        int runs = Integer.parseInt(args[0]);
        Map<String, List<Integer>> cases = new LinkedHashMap<>();
        for (String each : List.of(args).subList(1, args.length)) {
            String[] parts = each.split(":", 2);
            cases.computeIfAbsent(parts[0], ram -> new ArrayList<>()).add(Integer.parseInt(parts[1]));
        }
        System.out.printf(
                "accel: tcg, %d cores, both hosts on this machine; medians of %d%n%n"
                        + "| guest | MiB written | | wire MB | total ms | downtime ms | command ms | private MiB | relays ms |%n"
                        + "|---|---|---|---|---|---|---|---|---|%n",
                Runtime.getRuntime().availableProcessors(), runs);
        List<String> budgets = new ArrayList<>();
        for (Map.Entry<String, List<Integer>> each : cases.entrySet()) {
            try (MigrateHosts hosts = MigrateHosts.up(each.getKey())) {
                MigrateBench bench = new MigrateBench(hosts, each.getKey(), budgets);
                for (int dirty : each.getValue()) {
                    bench.measure(dirty, runs);
                }
            }
        }
        System.out.printf(
                "%n| guest | MiB written | pages differ | state bytes | wire to pages × 4104 + state | full to template-aware |"
                        + " total to plain QEMU |%n|---|---|---|---|---|---|---|%n%s",
                String.join("", budgets));
    }

    private void measure(int dirty, int runs) throws IOException {
        // One of each for nothing: files are read for the first time, and QEMU reads a template's holes, which fills
        // them.
        for (Way way : Way.values()) {
            run(way, dirty, false);
        }
        // Not timed either: it holds the source's emulator at its end.
        MigrateRun counted = run(Way.AWARE, dirty, true);
        Map<Way, List<MigrateRun>> timed = new EnumMap<>(Way.class);
        for (int i = 0; i < runs; i++) {
            for (Way way : Way.values()) {
                timed.computeIfAbsent(way, w -> new ArrayList<>()).add(run(way, dirty, false));
            }
        }
        timed.forEach((way, all) -> printRow(dirty, way, all));
        budgets.add(budget(dirty, counted, timed));
    }

    private MigrateRun run(Way way, int dirty, boolean count) throws IOException {
        MigrateRun run = MigrateRun.of(hosts, way, "vm-" + ++vms, dirty, count);
        System.err.printf("%s, %d MiB written, %s: %s%n", ram, dirty, way.word(), run);
        return run;
    }

    private void printRow(int dirty, Way way, List<MigrateRun> runs) {
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %s | %.2f | %d | %d | %d | %d | %s |%n",
                ram,
                dirty,
                way.word(),
                median(runs, MigrateRun::wire) / 1e6,
                median(runs, MigrateRun::total),
                median(runs, MigrateRun::downtime),
                median(runs, MigrateRun::command),
                median(runs, MigrateRun::privately) >> 20,
                way == Way.PLAIN ? "" : Long.toString(median(runs, MigrateRun::relays)));
    }

    private String budget(int dirty, MigrateRun counted, Map<Way, List<MigrateRun>> timed) throws IOException {
        long state = Files.size(hosts.source().path(MigrateHosts.STATE));
        long differing = counted.differing().orElseThrow();
        double wire = (double) counted.wire() / (differing * RECORD + state);
        double full = ratio(timed, Way.FULL, Way.AWARE, MigrateRun::wire);
        double total = ratio(timed, Way.AWARE, Way.PLAIN, MigrateRun::total);
        return String.format(
                Locale.ROOT,
                "| %s | %d | %d | %d | %.3f %s | %.1f%s | %.2f %s |%n",
                ram,
                dirty,
                differing,
                state,
                wire,
                verdict(wire <= WIRE_FACTOR),
                full,
                dirty == 0 ? " " + verdict(full >= IDLE_FACTOR) : "",
                total,
                verdict(total <= 1));
    }

    private static String verdict(boolean kept) {
        return kept ? "PASS" : "FAIL";
    }

    private static double ratio(Map<Way, List<MigrateRun>> timed, Way one, Way other, ToLongFunction<MigrateRun> what) {
        return (double) median(timed.getOrDefault(one, List.of()), what)
                / median(timed.getOrDefault(other, List.of()), what);
    }

    private static long median(List<MigrateRun> runs, ToLongFunction<MigrateRun> what) {
        long[] sorted = runs.stream().mapToLong(what).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
