package tplctl.qemu;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import tplctl.host.Duplex;
import tplctl.host.HostInterruptedException;
import tplctl.kind.Durations;

/**
 * A conversation with qemu-guest-agent in one guest, by the protocol that QEMU's qga/qapi-schema.json documents. The channel has no
 * connections: what an earlier client left half said, or unanswered, is still in it, which is what {@link #await} is for. Not
 * thread-safe.
 */
final class GuestAgent implements AutoCloseable {
    private static final int LINE_LIMIT = 4 << 20;
    // An agent that starts later answers what was asked before; asking again is for a guest whose kernel dropped the
    // question.
    private static final Duration ASK_AGAIN = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofMinutes(1);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    /** How a program ended in the guest. */
    record Ended(int exit, String out, String err) {}

    private final Duplex duplex;
    private final String name;
    private final AgentReader reader;

    /**
     * @param duplex to the agent's channel; closed with this
     * @param name of the host, for interruptions
     */
    GuestAgent(Duplex duplex, String name) {
        this.duplex = duplex;
        this.name = name;
        this.reader = new AgentReader(duplex.in(), LINE_LIMIT, name);
        reader.start();
    }

    /**
     * Waits until the agent answers, and drops all that it said before.
     *
     * @throws GuestAgentException when it did not in that time, or the emulator is gone
     */
    void await(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            long token = ThreadLocalRandom.current().nextLong(1, Integer.MAX_VALUE);
            JsonObject arguments = new JsonObject();
            arguments.addProperty("id", token);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.write(AgentReader.SENTINEL); // ends what an earlier client may have left half said
            bytes.writeBytes(line("guest-sync-delimited", arguments));
            send(bytes.toByteArray());
            long patience = Math.min(deadline, System.nanoTime() + ASK_AGAIN.toNanos());
            for (Optional<AgentReader.Line> line = next(patience); line.isPresent(); line = next(patience)) {
                if (line.get().delimited() && isAnswer(line.get().text(), token)) {
                    return;
                }
                if (System.nanoTime() >= patience) {
                    break; // a guest that talks without end always has another line
                }
            }
            if (System.nanoTime() >= deadline) {
                throw new GuestAgentException("it did not answer within " + Durations.shown(limit)
                        + "; is qemu-guest-agent installed in the guest, and running?");
            }
        }
    }

    /**
     * Executes a command and returns what it returns. Once one was not answered in time, the conversation is over.
     *
     * @throws GuestAgentException also when the agent refused it
     */
    JsonElement execute(String command, JsonObject arguments, Duration limit) {
        send(line(command, arguments));
        AgentReader.Line answer = next(System.nanoTime() + limit.toNanos())
                .orElseThrow(() ->
                        new GuestAgentException("it did not answer " + command + " within " + Durations.shown(limit)));
        JsonObject object = parsed(answer.text())
                .orElseThrow(
                        () -> new GuestAgentException("it answered " + command + " with something else than JSON"));
        if (object.has("return")) {
            return object.get("return");
        }
        if (object.get("error") instanceof JsonObject error) {
            throw refused(command, text(error, "class"), text(error, "desc"));
        }
        throw new GuestAgentException("its answer to " + command + " has neither a \"return\" nor an \"error\"");
    }

    /** Runs a program in the guest and waits for its end, {@code limit} at most. */
    Ended run(List<String> argv, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        JsonObject exec = new JsonObject();
        exec.addProperty("path", argv.get(0));
        JsonArray arguments = new JsonArray();
        argv.subList(1, argv.size()).forEach(arguments::add);
        exec.add("arg", arguments);
        exec.addProperty("capture-output", true);
        JsonObject status = new JsonObject();
        status.addProperty("pid", number(object(execute("guest-exec", exec, ANSWER)), "pid"));
        while (true) {
            JsonObject now = object(execute("guest-exec-status", status, ANSWER));
            if (text(now, "exited").equals("true")) {
                if (now.has("signal")) {
                    throw new GuestAgentException(argv.get(0) + " was ended by signal " + number(now, "signal"));
                }
                return new Ended((int) number(now, "exitcode"), decoded(now, "out-data"), decoded(now, "err-data"));
            }
            if (System.nanoTime() >= deadline) {
                throw new GuestAgentException(
                        argv.get(0) + " did not end in the guest within " + Durations.shown(limit));
            }
            pause();
        }
    }

    @Override
    public void close() {
        duplex.close();
        reader.stop();
    }

    private static GuestAgentException refused(String command, String errorClass, String desc) {
        String advice = errorClass.equals("CommandNotFound")
                ? ": the agent is too old, or told not to do that (\"block-rpcs\", \"blacklist\" or \"allow-rpcs\" in its"
                        + " configuration)"
                : "";
        return new GuestAgentException("it refused " + command + ": " + desc + " (" + errorClass + ")" + advice);
    }

    private Optional<AgentReader.Line> next(long deadline) {
        try {
            Optional<AgentReader.Line> line = reader.next(deadline);
            line.flatMap(AgentReader.Line::end).ifPresent(why -> {
                throw new GuestAgentException(why);
            });
            return line;
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private void pause() {
        try {
            Thread.sleep(LOOK_AGAIN.toMillis());
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private void send(byte[] bytes) {
        // The sockets of Java are closed by a write of an interrupted thread.
        if (Thread.currentThread().isInterrupted()) {
            throw interrupted();
        }
        try {
            duplex.send(bytes);
        } catch (IOException e) {
            throw new GuestAgentException("the channel to it broke: " + e.getMessage(), e);
        }
    }

    private HostInterruptedException interrupted() {
        Thread.currentThread().interrupt();
        return new HostInterruptedException(name, "a conversation with a guest agent", "interrupted");
    }

    private static byte[] line(String command, JsonObject arguments) {
        JsonObject line = new JsonObject();
        line.addProperty("execute", command);
        if (!arguments.isEmpty()) {
            line.add("arguments", arguments);
        }
        return (line + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isAnswer(String line, long token) {
        return parsed(line)
                .filter(o -> text(o, "return").equals(Long.toString(token)))
                .isPresent();
    }

    private static Optional<JsonObject> parsed(String line) {
        try {
            return JsonParser.parseString(line) instanceof JsonObject object ? Optional.of(object) : Optional.empty();
        } catch (JsonParseException e) {
            return Optional.empty();
        }
    }

    private static JsonObject object(JsonElement element) {
        if (element instanceof JsonObject object) {
            return object;
        }
        throw new GuestAgentException("it answered " + element + ", which is no object");
    }

    private static String text(JsonObject object, String key) {
        JsonElement value = object.get(key);
        return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
    }

    private static long number(JsonObject object, String key) {
        try {
            return Long.parseLong(text(object, key));
        } catch (NumberFormatException e) {
            throw new GuestAgentException("\"" + key + "\" in its answer is no number", e);
        }
    }

    private static String decoded(JsonObject object, String key) {
        try {
            return new String(Base64.getDecoder().decode(text(object, key)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new GuestAgentException("\"" + key + "\" in its answer is not in Base64", e);
        }
    }
}
