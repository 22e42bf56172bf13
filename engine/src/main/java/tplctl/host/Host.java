package tplctl.host;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A machine that is provisioned. Any number of threads may call it at once.
 *
 * <p>Scripts are POSIX sh. The whole script is parsed before its first command runs, so a script that arrives in part does
 * nothing. Its commands find {@code /dev/null} on stdin, {@code /} as the working directory, {@code LC_ALL=C}, umask 022 and
 * the sbin directories in {@code PATH}, however tplctl itself was started. It runs in a session of its own. No part of it is
 * ever in an argument list, where other users of the host could read it.
 *
 * <p>Paths are absolute and may hold any character but NUL.
 */
public interface Host extends AutoCloseable {
    /** As in the inventory. */
    String name();

    /**
     * Runs a script that only looks.
     *
     * <p>Returns when the script's own shell ended. What it started in the background runs on; its output, unless the script
     * sent it elsewhere, is thrown away from then on.
     *
     * @throws HostTimeoutException when it ran longer than {@code limit}; its process group was ended first
     * @throws HostInterruptedException when {@link #interrupt} ended it
     * @throws HostException when it could not be run, or wrote more than 16 MiB to stdout
     * @throws HostUnreachableException when the connection failed
     */
    CommandResult query(Script script, Duration limit);

    /** {@link #query(Script, Duration)} of a script without secrets. */
    default CommandResult query(String script, Duration limit) {
        return query(Script.of(script), limit);
    }

    /**
     * Runs a script that changes the host, like {@link #query}.
     *
     * <p>Until its last command ended it holds the host's busy lock shared, even if this process dies meanwhile, so that the
     * next {@link #lock} waits for it. The lock lives in descriptor 9: a script that starts something to outlive it, such as
     * an emulator, must close that with {@code 9>&-}, or the next run waits for the emulator. If this object's {@link #lock}
     * was lost to another process before the script got to run, it does nothing and a {@link HostException} says so.
     */
    CommandResult change(Script script, Duration limit);

    /**
     * {@link #change(Script, Duration)} of a script that may take long and write much: what it writes to stdout is told as it
     * comes, and only the last 64 KiB of it are in the result.
     */
    CommandResult change(Script script, Duration limit, OutputListener told);

    /** {@link #change(Script, Duration)} of a script without secrets. */
    default CommandResult change(String script, Duration limit) {
        return change(Script.of(script), limit);
    }

    /**
     * Makes a file with this content, replacing what is there, all or nothing, also across a power cut: it is written under a
     * temporary name beside it, synced and renamed. A symbolic link at {@code path} is replaced, not followed.
     *
     * @param mode the permission bits in octal, like {@code 0600}; set before the file has its name
     */
    void put(String path, byte[] content, String mode);

    /**
     * The content of a file of at most 16 MiB.
     *
     * @return empty when there is no such file, and for no other reason
     */
    Optional<byte[]> read(String path);

    /** The SHA-256 of a regular file's content, in lower-case hex. */
    String sha256(String path);

    /**
     * Connects to a listening Unix stream socket.
     *
     * @param patience how long to keep trying while nobody listens there; {@link Duration#ZERO} tries once
     * @throws NobodyListensException when nobody listened in that time
     */
    Duplex openUnix(String socketPath, Duration patience);

    /**
     * Connects to a TCP port as a program on the host would. Whoever is acted as there, the login user connects.
     *
     * @param address as the host knows it, such as {@code 127.0.0.1}
     * @param limit on this machine; another host's sshd has one of its own
     * @throws NobodyListensException when nobody listens there
     * @throws SocketForbiddenException when the host does not let its users connect in this way
     */
    Duplex openTcp(String address, int port, Duration limit);

    /** Whether {@link #openUnixPassingDescriptors} is for this host: it is this machine, and nobody else is acted as there. */
    boolean passesDescriptors();

    /**
     * {@link #openUnix} of a connection that can pass descriptors. Dearer to open.
     *
     * @throws HostException also when the host does not pass them
     */
    Duplex openUnixPassingDescriptors(String socketPath, Duration patience);

    /**
     * Starts a script whose stdin, stdout and stderr are the returned program's; most often it ends in {@code exec}. Like other
     * scripts it is parsed as a whole first. It has a session of its own, SIGHUP is ignored, and {@link #interrupt} leaves it alone.
     *
     * @param interrupted called when {@link #interrupt} is, from any thread; must return at once
     * @throws HostException when no shell could be started for it
     */
    Program start(Script script, Runnable interrupted);

    /**
     * Takes the host for this process, then waits for the scripts that an earlier, killed process may have left running.
     * The lock goes when it is closed or this process ends, in whatever way.
     *
     * @param holder one line for whoever finds it held, see {@link LockHolder}
     * @param patience how long to wait for scripts that were left behind; {@link Duration#ZERO} does not
     * @param waiting told once, before such a wait, in words for the user
     * @throws LockHeldException when another process has it, or when scripts left behind outlasted {@code patience}
     */
    HostLock lock(String holder, Duration patience, Consumer<String> waiting);

    /**
     * Ends the process groups of all scripts that run now: SIGTERM, and SIGKILL for what is left after a moment. Returns when
     * that is done. Their callers get a {@link HostInterruptedException}. Later calls run as ever, so that the caller can
     * clean up.
     */
    void interrupt();

    /** Ends what runs, as {@link #interrupt} does, gives the lock back and disconnects. */
    @Override
    void close();
}
