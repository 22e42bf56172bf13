package tplctl.qemu;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.host.Host;
import tplctl.kind.AbsPath;
import tplctl.machine.CommandLine;
import tplctl.machine.Layout;
import tplctl.machine.MoveMark;
import tplctl.machine.VmTask;

/** One live migration: from two hosts of which one has the running VM and the other nothing, to the switch-over or to a failure. */
final class LiveMove {
    private static final Duration MORE = Duration.ofMinutes(5);
    private static final Duration TELL = Duration.ofMillis(250);
    private static final String PORT_OF_THE_HOST = "0.0.0.0";

    private final Host source;
    private final Host destination;
    private final VmTask.MoveVm task;
    private final Layout.Dirs dirs;
    private final MoveMark mark;
    private final TaskListener listener;
    private final Arrival arrival;

    /** What of the RAM goes over, and which way. */
    enum Way {
        /** Through the relays, which leave out what the template has. */
        FILTERED("template-aware"),
        /** Through the relays, all of what the emulator sends. */
        WHOLE("full"),
        /** From emulator to emulator. */
        PLAIN("plain");

        private final String word;

        Way(String word) {
            this.word = word;
        }
    }

    LiveMove(Host source, Host destination, VmTask.MoveVm task, MoveMark mark, TaskListener listener) {
        this.source = source;
        this.destination = destination;
        this.task = task;
        this.dirs = task.dirs();
        this.mark = mark;
        this.listener = listener;
        this.arrival = new Arrival(destination, task);
    }

    /** What the source's emulator knows that the destination's must be started with. */
    private record Asked(String guid, List<CommandLine.Slot> slots, boolean byItself) {}

    /**
     * Does it.
     *
     * @param aware whether only pages that differ from the template's are to be sent
     * @return what it measured
     * @throws RelayFailure when a relay's job failed, which says what became of the VM
     */
    Map<String, Object> run(RelayPair relays, boolean aware) {
        listener.progress("starting the emulator on " + destination.name());
        boolean tls = task.transfer().tls();
        if (tls) {
            relays.warmUp(aware ? memories().stream().map(AbsPath::text).toList() : List.of());
        }
        Asked asked;
        try (QmpClient qmp = new Emulator(source, dirs, task.doing()).connect(false)) {
            boolean byItself = MigrationSetup.isNative(qmp) && aware;
            asked = new Asked(
                    MigrationSetup.generationId(qmp),
                    MigrationSetup.slots(qmp, task.cards().size()),
                    byItself);
            MigrationSetup.source(qmp, task.transfer(), byItself);
        }
        Way way = !tls ? Way.PLAIN : aware && !asked.byItself() ? Way.FILTERED : Way.WHOLE;
        arrival.launch(mark, aware, asked.guid(), asked.slots());
        String via = dirs.outgoingSocket();
        try (QmpClient qmp = arrival.emulator().connect(false)) {
            if (tls) {
                MigrationSetup.destination(qmp, "unix:" + dirs.incomingSocket(), asked.byItself());
            } else {
                String any = "tcp:" + PORT_OF_THE_HOST + ":" + task.transfer().port();
                MigrationSetup.destination(qmp, any, asked.byItself());
                via = "tcp:" + bracketed(task.transfer().address()) + ":" + MigrationSetup.listeningPort(qmp);
            }
        }
        List<String> answer = carry(relays, way, via);
        return metrics(answer, asked.byItself());
    }

    private List<String> carry(RelayPair relays, Way way, String via) {
        String limit = Long.toString(Math.max(1, task.transfer().limit().toSeconds()));
        List<String> disks = new ArrayList<>();
        for (int i = 0;
                task.transfer().copiesDisks() && i < task.machine().disks().size();
                i++) {
            disks.add(dirs.disk(i));
        }
        String channel = relays.channel();
        List<String> in = new ArrayList<>(List.of(
                "migrate-in",
                channel,
                dirs.qmp(),
                way == Way.PLAIN ? "" : dirs.incomingSocket(),
                dirs.log(),
                dirs.incoming(),
                dirs.up(),
                // Where both hosts see the VM's directory, that mark is the one that the source is about to make.
                task.transfer().copiesDisks() ? dirs.moved() : "",
                limit));
        in.addAll(disks);
        List<String> out = new ArrayList<>(List.of("migrate-out"));
        out.addAll(relays.peer(channel));
        boolean filtered = way == Way.FILTERED;
        out.addAll(List.of(dirs.qmp(), way.word, via));
        out.addAll(filtered ? blocks() : List.of("0"));
        out.addAll(List.of(dirs.moving(), dirs.moved(), mark.toJson() + "\n", limit, limit));
        out.addAll(disks);
        RelayClient.Work arriving = relays.destination().start(in, told -> {});
        RelayClient.Work leaving = relays.source().start(out, new Progress());
        return new RelayPair.Both(leaving, arriving)
                .await(task.transfer().limit().multipliedBy(2).plus(MORE));
    }

    /** How many RAM blocks the template has, and the id and file of each. */
    private List<String> blocks() {
        List<AbsPath> memories = memories();
        List<String> fields = new ArrayList<>(List.of(Integer.toString(memories.size())));
        for (int node = 0; node < memories.size(); node++) {
            fields.add(CommandLine.ramId(node));
            fields.add(memories.get(node).text());
        }
        return fields;
    }

    private List<AbsPath> memories() {
        return task.template().orElseThrow().info().memories();
    }

    private static Map<String, Object> metrics(List<String> answer, boolean byItself) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : answer) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.put(field.substring(0, equals), field.substring(equals + 1));
            }
        }
        Map<String, Object> metrics = new LinkedHashMap<>();
        boolean aware = byItself || Way.FILTERED.word.equals(fields.get("mode"));
        metrics.put("mode", aware ? Way.FILTERED.word : Way.WHOLE.word);
        for (String name : List.of(
                "wire_bytes", "stream_bytes", "pages_dropped", "pages_sent", "disk_bytes", "total_ms", "downtime_ms")) {
            Optional.ofNullable(fields.get(name)).ifPresent(value -> metrics.put(name, Long.parseLong(value)));
        }
        return metrics;
    }

    private static String bracketed(String address) {
        return address.contains(":") ? "[" + address + "]" : address;
    }

    /** Puts what the source's relay tells into words. */
    private final class Progress implements java.util.function.Consumer<List<String>> {
        private String phase = "memory";
        private long told = System.nanoTime() - TELL.toNanos();

        @Override
        public synchronized void accept(List<String> fields) {
            switch (fields.get(0)) {
                case "phase" -> {
                    phase = fields.get(1);
                    listener.progress(phase);
                    return;
                }
                case "ram", "progress" -> {}
                default -> {
                    return;
                }
            }
            if (System.nanoTime() - told < TELL.toNanos() || fields.size() < 3) {
                return;
            }
            told = System.nanoTime();
            long first = Long.parseLong(fields.get(1));
            boolean ram = fields.get(0).equals("ram") && fields.size() > 3;
            listener.progress(
                    ram
                            ? phase + ", "
                                    + Amounts.of(Long.parseLong(fields.get(3)) - first, Long.parseLong(fields.get(3)))
                            : phase + ", " + Amounts.of(first, Long.parseLong(fields.get(2))));
        }
    }
}
