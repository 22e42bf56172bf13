package tplctl.relay;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Reads the fields of {@code migrate-in} and {@code migrate-out}, and runs them so that a cancellation finds its order. */
final class MoveCommands {
    private static final long LONGEST_SECONDS = 7 * 24 * 3600L;
    private static final int MOST_BLOCKS = 1024;

    private MoveCommands() {}

    static DestinationPlan destination(Arguments arguments) throws RelayException {
        return new DestinationPlan(
                path(arguments.text("QMP")),
                optional(arguments.text("INCOMING_SOCKET")),
                optional(arguments.text("LOG")),
                path(arguments.text("INCOMING_MARK")),
                path(arguments.text("UP_MARK")),
                optional(arguments.text("STALE_MARK")),
                seconds(arguments, "LIMIT"),
                disks(arguments));
    }

    static SourcePlan source(Arguments arguments) throws RelayException {
        Path qmp = path(arguments.text("QMP"));
        String word = arguments.text("MODE");
        SourcePlan.Mode mode = List.of(SourcePlan.Mode.values()).stream()
                .filter(each -> each.word().equals(word))
                .findFirst()
                .orElseThrow(() -> wrong("MODE is template-aware, full or plain, and not " + word));
        String via = arguments.text("VIA");
        List<SourcePlan.Template> templates = new ArrayList<>();
        long blocks = arguments.number("BLOCKS", 0, MOST_BLOCKS);
        for (long i = 0; i < blocks; i++) {
            templates.add(new SourcePlan.Template(arguments.text("BLOCK"), path(arguments.text("MEMORY"))));
        }
        if (mode != SourcePlan.Mode.PLAIN) {
            via = path(via).toString();
        }
        if ((mode == SourcePlan.Mode.TEMPLATE_AWARE) == templates.isEmpty()) {
            throw wrong("BLOCKS belong to the mode template-aware, and to no other");
        }
        return new SourcePlan(
                qmp,
                mode,
                via,
                templates,
                path(arguments.text("MOVING_MARK")),
                path(arguments.text("MOVED_MARK")),
                arguments.text("MARK"),
                seconds(arguments, "LIMIT"),
                seconds(arguments, "STOPPED_LIMIT"),
                disks(arguments));
    }

    /**
     * Does it on a thread that a cancellation does not interrupt: what is to be done then, it does itself.
     *
     * @throws IOException what the work throws
     */
    static List<String> apart(Callable<List<String>> work) throws IOException {
        FutureTask<List<String>> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "move");
        thread.setDaemon(true);
        thread.start();
        while (true) {
            try {
                return task.get();
            } catch (InterruptedException cancelled) {
                // It was told of the cancellation as well, and comes to its end.
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException bug) {
                    throw bug;
                }
                throw RelayException.of(
                        "move", e.getCause() instanceof IOException known ? known : new IOException(e.getCause()));
            }
        }
    }

    private static List<Path> disks(Arguments arguments) throws RelayException {
        List<Path> disks = new ArrayList<>();
        while (arguments.more()) {
            disks.add(path(arguments.text("DISK")));
        }
        return disks;
    }

    private static Duration seconds(Arguments arguments, String name) throws RelayException {
        return Duration.ofSeconds(arguments.number(name, 1, LONGEST_SECONDS));
    }

    private static Optional<Path> optional(String text) throws RelayException {
        return text.isEmpty() ? Optional.empty() : Optional.of(path(text));
    }

    private static Path path(String text) throws RelayException {
        return Commands.path(text);
    }

    private static RelayException wrong(String message) {
        return new RelayException(RelayException.Code.USAGE, message);
    }
}
