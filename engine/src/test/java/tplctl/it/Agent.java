package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;

/** Asks a running VM's guest agent, by the socket that tplctl gave it and not by tplctl. */
final class Agent implements AutoCloseable {
    private static final int SENTINEL = 0xFF;
    private static final int TOKEN = 4711;

    private final SocketChannel channel;
    private final InputStream in;
    private final OutputStream out;

    private Agent(SocketChannel channel) {
        this.channel = channel;
        this.in = Channels.newInputStream(channel);
        this.out = Channels.newOutputStream(channel);
    }

    static Agent of(String vm) throws IOException {
        Agent agent =
                new Agent(SocketChannel.open(UnixDomainSocketAddress.of(Path.of("/run/tplctl/vms", vm, "agent.sock"))));
        agent.out.write(SENTINEL);
        JsonObject token = new JsonObject();
        token.addProperty("id", TOKEN);
        agent.say("guest-sync-delimited", token);
        while (!agent.line().equals("{\"return\": " + TOKEN + "}")) {
            // What an earlier client did not fetch does not matter.
        }
        return agent;
    }

    JsonElement ask(String command, JsonObject arguments) {
        say(command, arguments);
        JsonObject answer = JsonParser.parseString(line()).getAsJsonObject();
        assertThat(answer.keySet()).as("%s: %s", command, answer).containsExactly("return");
        return answer.get("return");
    }

    /** What a script prints in the guest, where it has to succeed. */
    String run(String script) {
        JsonArray words = new JsonArray();
        words.add("-c");
        words.add(script);
        JsonObject program = new JsonObject();
        program.addProperty("path", "/bin/sh");
        program.add("arg", words);
        program.addProperty("capture-output", true);
        JsonObject started = ask("guest-exec", program).getAsJsonObject();
        JsonObject[] status = new JsonObject[1];
        Shell.await("the guest ran: " + script, Duration.ofMinutes(5), () -> {
            status[0] = ask("guest-exec-status", started).getAsJsonObject();
            return status[0].get("exited").getAsBoolean();
        });
        assertThat(status[0].get("exitcode").getAsInt())
                .as("%s: %s", script, status[0])
                .isZero();
        return status[0].has("out-data")
                ? new String(
                                Base64.getDecoder()
                                        .decode(status[0].get("out-data").getAsString()),
                                StandardCharsets.UTF_8)
                        .strip()
                : "";
    }

    private void say(String command, JsonObject arguments) {
        JsonObject request = new JsonObject();
        request.addProperty("execute", command);
        request.add("arguments", arguments);
        try {
            out.write((request + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String line() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    throw new AssertionError("the agent's channel was closed after: " + line);
                }
                if (b != SENTINEL) {
                    line.write(b);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
