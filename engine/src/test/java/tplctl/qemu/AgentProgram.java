package tplctl.qemu;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import tplctl.host.Program;
import tplctl.relay.Agent;
import tplctl.relay.Command;

/** A relay's agent in this process, with commands of the test's. */
final class AgentProgram {
    private final Map<String, Command> commands = new HashMap<>();
    private volatile Runnable interrupted = () -> {};
    private volatile Runnable end = () -> {};
    private volatile String words = "";

    AgentProgram with(String name, Command command) {
        commands.put(name, command);
        return this;
    }

    /** To be given to {@link tplctl.host.FakeHost#onStart}. */
    Program start(String script, Runnable told) {
        interrupted = told;
        try {
            // Java's piped streams fail once a thread that wrote to them has ended, as a job's does.
            Pipe input = Pipe.open();
            Pipe output = Pipe.open();
            OutputStream stdin = Channels.newOutputStream(input.sink());
            InputStream in = Channels.newInputStream(input.source());
            OutputStream out = Channels.newOutputStream(output.sink());
            InputStream stdout = Channels.newInputStream(output.source());
            Thread thread = new Thread(() -> serve(in, out), "agent");
            thread.setDaemon(true);
            thread.start();
            end = () -> close(out);
            return program(stdin, stdout);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A program that says this and ends. */
    static Program saying(String text) {
        return new AgentProgram()
                .program(
                        OutputStream.nullOutputStream(),
                        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** As its host's interrupt does. */
    void interrupt() {
        interrupted.run();
    }

    /** Ends without another answer. */
    void die(String lastWords) {
        words = "\n  " + lastWords;
        end.run();
    }

    private void serve(InputStream in, OutputStream out) {
        try {
            new Agent(in, out, commands).run();
        } catch (IOException e) {
            words = "\n  " + e;
        } finally {
            close(out);
        }
    }

    private static void close(OutputStream out) {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Program program(OutputStream stdin, InputStream stdout) {
        return new Program() {
            @Override
            public OutputStream stdin() {
                return new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        stdin.write(b);
                        stdin.flush();
                    }

                    @Override
                    public void write(byte[] from, int offset, int length) throws IOException {
                        stdin.write(from, offset, length);
                        stdin.flush();
                    }
                };
            }

            @Override
            public InputStream stdout() {
                return stdout;
            }

            @Override
            public String lastWords() {
                return words;
            }

            @Override
            public void endInput() {
                AgentProgram.close(stdin);
            }

            @Override
            public void close() {
                endInput();
            }
        };
    }
}
