package tplctl.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Does jobs that come as lines of {@link Fields} and answers in such lines. It greets with {@code tplctl-relay} and the
 * protocol's version. A job is {@code ID COMMAND FIELD…} with an id that the controller chooses, and that no running job has;
 * any number run at once. Answers begin with the id: {@code ID progress DONE TOTAL} and others meanwhile, and one at the end:
 * {@code ID ok FIELD…} or {@code ID error CODE TEXT}, with the codes of {@link RelayException.Code}. {@code ID cancel JOB}
 * cancels a job, which then ends with {@code error cancelled}; the answer's field is {@code no} for one that is past its
 * point of no return or not there.
 *
 * <p>When the input ends, jobs are cancelled, except those past their point of no return; the agent ends after all of them.
 */
public final class Agent {
    public static final int VERSION = 1;

    private final InputStream in;
    private final OutputStream out;
    private final Map<String, Command> commands;
    private final Map<String, Job> jobs = new LinkedHashMap<>();

    public Agent(InputStream in, OutputStream out, Map<String, Command> commands) {
        this.in = in;
        this.out = out;
        this.commands = Map.copyOf(commands);
    }

    /** Returns when the input and all jobs have ended. */
    public void run() throws IOException {
        try {
            say(List.of("tplctl-relay", Integer.toString(VERSION)));
            for (Optional<String> line = Lines.next(in); line.isPresent(); line = Lines.next(in)) {
                if (!line.get().isBlank()) {
                    accept(line.get());
                }
            }
        } finally {
            cancelAll(Duration.ofDays(365));
        }
    }

    /** Cancels what can be cancelled and waits until all jobs have ended, or {@code patience} has. */
    void cancelAll(Duration patience) {
        List<Job> running;
        synchronized (jobs) {
            running = List.copyOf(jobs.values());
        }
        running.forEach(Job::cancel);
        long start = System.nanoTime();
        synchronized (jobs) {
            try {
                for (long left = patience.toMillis(); left > 0 && !jobs.isEmpty(); ) {
                    jobs.wait(left);
                    left = patience.toMillis() - (System.nanoTime() - start) / 1_000_000;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void accept(String line) {
        List<String> fields;
        try {
            fields = Fields.parse(line);
        } catch (IllegalArgumentException e) {
            answer("?", error(RelayException.Code.USAGE, String.valueOf(e.getMessage())));
            return;
        }
        String id = fields.get(0);
        String name = fields.size() > 1 ? fields.get(1) : "";
        List<String> rest = fields.subList(Math.min(2, fields.size()), fields.size());
        if (name.equals("cancel") && rest.size() == 1) {
            answer(id, List.of("ok", cancel(rest.get(0)) ? "yes" : "no"));
        } else if (commands.containsKey(name)) {
            start(id, commands.get(name), rest);
        } else {
            answer(id, error(RelayException.Code.USAGE, "unknown command " + name + "; there are " + known()));
        }
    }

    private String known() {
        return Stream.concat(commands.keySet().stream(), Stream.of("cancel"))
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private boolean cancel(String id) {
        Optional<Job> job;
        synchronized (jobs) {
            job = Optional.ofNullable(jobs.get(id));
        }
        return job.map(Job::cancel).orElse(false);
    }

    private void start(String id, Command command, List<String> fields) {
        Job job = new Job(answer -> answer(id, answer));
        synchronized (jobs) {
            if (jobs.putIfAbsent(id, job) != null) {
                answer(id, error(RelayException.Code.USAGE, "a job with this id is still running"));
                return;
            }
        }
        Thread worker = new Thread(() -> work(id, job, command, fields), "job-" + id);
        worker.setDaemon(true);
        worker.start();
    }

    private void work(String id, Job job, Command command, List<String> fields) {
        List<String> end = error(RelayException.Code.IO, "the relay broke down; its stderr says more");
        try {
            end = outcome(job, command, fields);
        } finally {
            synchronized (jobs) {
                // Said before anybody can see that no job is left, and end the process.
                answer(id, end);
                jobs.remove(id);
                jobs.notifyAll();
            }
        }
    }

    private static List<String> outcome(Job job, Command command, List<String> fields) {
        try {
            job.begin();
            List<String> end = new ArrayList<>(List.of("ok"));
            end.addAll(command.run(job, fields));
            return end;
        } catch (InterruptedException e) {
            return error(RelayException.Code.CANCELLED, "the job was cancelled");
        } catch (IOException e) {
            RelayException known = RelayException.of("the relay", e);
            return error(job.isCancelled() ? RelayException.Code.CANCELLED : known.code(), known.getMessage());
        } catch (RuntimeException e) {
            return error(RelayException.Code.IO, "a mistake in the relay: " + e);
        }
    }

    private static List<String> error(RelayException.Code code, String text) {
        return List.of("error", code.word(), text);
    }

    private void answer(String id, List<String> fields) {
        try {
            say(Stream.concat(Stream.of(id), fields.stream()).toList());
        } catch (IOException e) {
            // Whoever gave the job is gone. The end of the input says so too, and that decides what becomes of the
            // jobs.
            return;
        }
    }

    private void say(List<String> fields) throws IOException {
        byte[] line = (Fields.line(fields) + "\n").getBytes(StandardCharsets.US_ASCII);
        synchronized (out) {
            out.write(line);
            out.flush();
        }
    }
}
