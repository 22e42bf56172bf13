package tplctl.relay;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What a migration is measured by. */
final class SourceReport {
    private final SourcePlan.Mode mode;
    private final Teller teller;
    private Supplier<FilterStatistics> counts = () -> FilterStatistics.NONE;
    private Optional<Emulator.Migration> migrated = Optional.empty();
    private long start = System.nanoTime();
    private long stopped = start;
    private long running = start;
    private volatile long diskBytes;

    SourceReport(SourcePlan.Mode mode, Teller teller) {
        this.mode = mode;
        this.teller = teller;
    }

    void counts(Supplier<FilterStatistics> statistics) {
        counts = statistics;
    }

    /** Tells the controller: {@code ram}, bytes left in this round, bytes sent, bytes there are. */
    void progress(Emulator.Migration migration) {
        teller.tell(List.of(
                "ram",
                Long.toString(migration.remaining()),
                Long.toString(migration.transferred()),
                Long.toString(migration.total())));
    }

    /** From here to {@link #running} is the total time. */
    void begun() {
        start = System.nanoTime();
    }

    void stopped(long nanos) {
        stopped = nanos;
    }

    void migrated(Emulator.Migration end) {
        migrated = Optional.of(end);
    }

    void running() {
        running = System.nanoTime();
    }

    void diskBytes(long bytes) {
        diskBytes = bytes;
    }

    List<String> fields(long linkBytes) {
        FilterStatistics counted = counts.get();
        boolean plain = mode == SourcePlan.Mode.PLAIN;
        long transferred = migrated.map(Emulator.Migration::transferred).orElse(0L);
        return List.of(
                "mode=" + mode.word(),
                "wire_bytes=" + (linkBytes + (plain ? transferred : 0)),
                "stream_bytes=" + (plain ? transferred : counted.bytesIn()),
                "pages_dropped=" + (counted.dataPagesDropped() + counted.zeroPagesDropped()),
                "pages_sent=" + (counted.dataPagesSent() + counted.zeroPagesSent() + counted.otherPagesSent()),
                "data_pages_dropped=" + counted.dataPagesDropped(),
                "data_pages_sent=" + counted.dataPagesSent(),
                "device_state_bytes=" + counted.deviceStateBytes(),
                "disk_bytes=" + diskBytes,
                "total_ms=" + (running - start) / 1_000_000,
                "downtime_ms=" + (running - stopped) / 1_000_000);
    }
}
