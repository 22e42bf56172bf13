package tplctl.relay;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.Duration;

/**
 * The relay's entry. The one argument says what it is, {@code bridge} or {@code agent}; what is to be done comes on stdin,
 * where other users of the host cannot read it. stdout is the answer; stderr is for what goes wrong with the relay itself.
 */
public final class Main {
    private static final Duration SILENCE = Duration.ofSeconds(30);
    private static final Duration CLEANING = Duration.ofSeconds(10);
    private static final int USAGE = 5;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments.length == 1 ? arguments[0] : ""));
    }

    private static int run(String what) {
        // Not System.in and System.out: these buffer, and the latter swallows errors.
        FileInputStream in = new FileInputStream(FileDescriptor.in);
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        try {
            return switch (what) {
                case "bridge" -> new Bridge(in, out, SILENCE).run() ? 0 : 1;
                case "agent" -> {
                    Agent agent = new Agent(in, out, Commands.all());
                    Runtime.getRuntime().addShutdownHook(new Thread(() -> agent.cancelAll(CLEANING), "cleaning"));
                    agent.run();
                    yield 0;
                }
                default -> {
                    System.err.println("tplctl relay: the one argument is bridge or agent; jobs come on stdin");
                    yield USAGE;
                }
            };
        } catch (IOException e) {
            System.err.println("tplctl relay: " + RelayException.of(what, e).getMessage());
            return 1;
        }
    }
}
