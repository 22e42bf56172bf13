package tplctl.qemu;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import tplctl.host.Host;
import tplctl.host.HostInterruptedException;
import tplctl.host.Program;
import tplctl.host.Script;
import tplctl.kind.Sh;
import tplctl.relay.Agent;
import tplctl.relay.Fields;

/**
 * A relay on a host, and the jobs that it is given; any thread may call. Closing it ends the relay, except that jobs past their point
 * of no return come to their end first. When the host is interrupted, whoever waits for a job gets a {@link
 * HostInterruptedException}; the job goes on until it is cancelled.
 */
final class RelayClient implements AutoCloseable {
    private static final Duration GREETING = Duration.ofSeconds(60);
    private static final int LINE_LIMIT = 256 << 10;

    private final String host;
    private final Program program;
    private final CompletableFuture<List<String>> greeting = new CompletableFuture<>();
    private final CompletableFuture<Boolean> interruption = new CompletableFuture<>();
    private final Map<String, Work> jobs = new HashMap<>();
    private int last;
    private Optional<RelayFailure> lost = Optional.empty();

    /** A job that was given. */
    final class Work {
        private final String id;
        private final Consumer<List<String>> progress;
        private final CompletableFuture<List<String>> end = new CompletableFuture<>();

        private Work(String id, Consumer<List<String>> progress) {
            this.id = id;
            this.progress = progress;
        }

        /**
         * Waits for the job's end and returns the fields of its answer.
         *
         * @throws RelayFailure when it failed, or took longer than {@code limit}
         * @throws HostInterruptedException when the host was interrupted since the relay was started, or this thread is
         */
        List<String> await(Duration limit) {
            try {
                CompletableFuture.anyOf(end, interruption).get(limit.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                return result(limit);
            } catch (TimeoutException e) {
                return result(Duration.ZERO);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw interrupted();
            }
            if (interruption.isDone()) {
                throw interrupted();
            }
            return result(limit);
        }

        /** As {@link #await}, whether the host is interrupted or not. */
        List<String> result(Duration limit) {
            try {
                return end.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RelayFailure failure) {
                    throw failure;
                }
                throw new IllegalStateException(e);
            } catch (TimeoutException e) {
                throw new RelayFailure(host, "timeout", "the relay did not answer within " + limit.toSeconds() + " s");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw interrupted();
            }
        }

        boolean ended() {
            synchronized (jobs) {
                return !jobs.containsKey(id);
            }
        }

        /** Has it cancelled; false when it is past its point of no return, or has ended. */
        boolean cancel() {
            return !ended()
                    && start(List.of("cancel", id), told -> {})
                            .result(Duration.ofSeconds(20))
                            .equals(List.of("yes"));
        }

        /** Waits until it has ended, whatever its outcome; false when that took longer. */
        boolean awaitEnd(Duration limit) {
            long deadline = System.nanoTime() + limit.toNanos();
            boolean interrupted = false;
            synchronized (jobs) {
                for (long left = limit.toMillis(); left > 0 && jobs.containsKey(id); ) {
                    try {
                        jobs.wait(left);
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                    left = (deadline - System.nanoTime()) / 1_000_000;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return ended();
        }
    }

    private RelayClient(String host, Host on, Script script) {
        this.host = host;
        this.program = on.start(script, this::interrupt);
    }

    /**
     * Starts a relay.
     *
     * @param words that start it, see {@link tplctl.host.RelayRuntime#provide}
     * @throws RelayFailure when it does not greet
     */
    static RelayClient start(Host host, List<String> words) {
        List<String> agent = new ArrayList<>(words);
        agent.add("agent");
        RelayClient client = new RelayClient(
                host.name(), host, Script.of("exec " + Sh.command(agent).script()));
        boolean greeted = false;
        try {
            Thread reader = new Thread(client::read, "relay-" + host.name());
            reader.setDaemon(true);
            reader.start();
            client.greet();
            greeted = true;
            return client;
        } finally {
            if (!greeted) {
                client.close();
            }
        }
    }

    String host() {
        return host;
    }

    private void greet() {
        try {
            List<String> hello = greeting.get(GREETING.toSeconds(), TimeUnit.SECONDS);
            List<String> wanted = List.of("tplctl-relay", Integer.toString(Agent.VERSION));
            if (!hello.equals(wanted)) {
                throw new RelayFailure(host, RelayFailure.LOST, "what was started is no relay: it says " + hello);
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RelayFailure failure) {
                throw failure;
            }
            throw new IllegalStateException(e);
        } catch (TimeoutException e) {
            throw new RelayFailure(
                    host,
                    RelayFailure.LOST,
                    "the relay did not greet within " + GREETING.toSeconds() + " s" + program.lastWords());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted();
        }
    }

    /**
     * Gives it a job.
     *
     * @param progress told, on another thread, what the job says before its end
     */
    Work start(List<String> fields, Consumer<List<String>> progress) {
        Work job;
        synchronized (jobs) {
            job = new Work("j" + ++last, progress);
            if (lost.isPresent()) {
                job.end.completeExceptionally(lost.get());
                return job;
            }
            jobs.put(job.id, job);
        }
        List<String> line = new ArrayList<>(List.of(job.id));
        line.addAll(fields);
        byte[] bytes = (Fields.line(line) + "\n").getBytes(StandardCharsets.US_ASCII);
        try {
            synchronized (program) {
                program.stdin().write(bytes);
            }
        } catch (IOException e) {
            fail();
        }
        return job;
    }

    /** A short job. */
    List<String> ask(String... fields) {
        return start(List.of(fields), told -> {}).await(Duration.ofSeconds(30));
    }

    @Override
    public void close() {
        program.close();
        fail();
    }

    private void read() {
        try {
            InputStream in = program.stdout();
            LineReader lines = new LineReader(in, LINE_LIMIT);
            for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                hear(Fields.parse(line.get()));
            }
        } catch (IOException | IllegalArgumentException e) {
            // Either way nothing that makes sense comes any more.
        } finally {
            fail();
        }
    }

    private void hear(List<String> fields) {
        if (!greeting.isDone()) {
            greeting.complete(fields);
            return;
        }
        String what = fields.size() > 1 ? fields.get(1) : "";
        Optional<Work> job;
        synchronized (jobs) {
            job = Optional.ofNullable(jobs.get(fields.get(0)));
        }
        if (job.isEmpty()) {
            return;
        }
        switch (what) {
            case "ok" -> job.get().end.complete(List.copyOf(fields.subList(2, fields.size())));
            case "error" -> {
                String code = fields.size() > 2 ? fields.get(2) : "";
                String text = fields.size() > 3 ? fields.get(3) : "the relay does not say why";
                job.get().end.completeExceptionally(new RelayFailure(host, code, text));
            }
            default -> {
                job.get().progress.accept(fields.subList(1, fields.size()));
                return;
            }
        }
        synchronized (jobs) {
            jobs.remove(fields.get(0));
            jobs.notifyAll();
        }
    }

    private void fail() {
        RelayFailure failure = new RelayFailure(
                host, RelayFailure.LOST, "the relay ended, or the connection to it" + program.lastWords());
        greeting.completeExceptionally(failure);
        List<Work> left;
        synchronized (jobs) {
            lost = lost.or(() -> Optional.of(failure));
            left = List.copyOf(jobs.values());
            jobs.clear();
            jobs.notifyAll();
        }
        left.forEach(job -> job.end.completeExceptionally(failure));
    }

    private void interrupt() {
        interruption.complete(true);
        greeting.completeExceptionally(new RelayFailure(host, "cancelled", "interrupted"));
    }

    private HostInterruptedException interrupted() {
        return new HostInterruptedException(host, "the relay's work", "interrupted");
    }
}
