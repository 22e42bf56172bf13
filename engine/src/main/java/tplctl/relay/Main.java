package tplctl.relay;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.Duration;

/**
 * The relay's entry. {@code bridge PATH} joins stdin and stdout with the Unix socket there, and says on stderr when it has, or
 * why it could not: exit 75, EX_TEMPFAIL of sysexits.h, when nobody listens. {@code agent} takes its jobs on stdin, where other
 * users of the host cannot read them, and answers on stdout; stderr is for what goes wrong with the relay itself.
 */
public final class Main {
    private static final Duration SILENCE = Duration.ofSeconds(30);
    private static final Duration CLEANING = Duration.ofSeconds(10);
    private static final int FAILED = 1;
    private static final int USAGE = 5;
    private static final int NOBODY_LISTENS = 75;

    private Main() {}

    public static void main(String[] arguments) {
        String what = arguments.length == 0 ? "" : arguments[0];
        // Not System.in, System.out and System.err: these buffer, and the latter swallow errors.
        FileInputStream in = new FileInputStream(FileDescriptor.in);
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        int exit;
        try {
            if (what.equals("bridge") && arguments.length == 2) {
                new Bridge(in, out, new FileOutputStream(FileDescriptor.err), SILENCE).run(arguments[1]);
                exit = 0;
            } else if (what.equals("agent") && arguments.length == 1) {
                Agent agent = new Agent(in, out, Commands.all());
                Runtime.getRuntime().addShutdownHook(new Thread(() -> agent.cancelAll(CLEANING), "cleaning"));
                agent.run();
                exit = 0;
            } else {
                System.err.println(
                        "tplctl relay: the arguments are bridge and a socket's path, or agent; its jobs come on stdin");
                exit = USAGE;
            }
        } catch (Bridge.NobodyListensException e) {
            System.err.println("tplctl relay: " + e.getMessage());
            exit = NOBODY_LISTENS;
        } catch (IOException e) {
            System.err.println("tplctl relay: " + RelayException.of(what, e).getMessage());
            exit = FAILED;
        }
        System.exit(exit);
    }
}
