package tplctl.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tplctl.host.Duplex;

/** Joins what is typed and what is shown with a console, until one of the sides ends it. */
final class ConsoleLink {
    /** What ended it. */
    enum End {
        /** The escape key. */
        LEFT,
        /** The end of what was to be sent, some time ago. */
        SENT,
        /** Nobody reads what the console says. */
        UNREAD,
        /** The other end. */
        GONE
    }

    /**
     * How it is done.
     *
     * @param escape the key that leaves it
     * @param linger how long what the console says is shown after the end of what is typed
     */
    record Manner(EscapeKey escape, Duration linger) {}

    private static final byte[] NO_MORE = new byte[0];
    private static final int CHUNK = 8192;
    private static final int WAITING = 1024;
    private static final long NOTICING_MILLIS = 200;

    private final Duplex console;
    private final Manner manner;
    private final BlockingQueue<byte[]> typed = new LinkedBlockingQueue<>(WAITING);
    private final CompletableFuture<End> ended = new CompletableFuture<>();
    private final CountDownLatch sent = new CountDownLatch(1);

    /** @param console is closed at the end */
    ConsoleLink(Duplex console, Manner manner) {
        this.console = console;
        this.manner = manner;
    }

    /** Returns when it has ended; a read of {@code keys} may go on. */
    End join(InputStream keys, PrintStream screen) {
        // Reading goes on while the console takes nothing, or nobody could leave one whose guest stands still.
        background("console-keys", () -> read(keys));
        background("console-input", this::send);
        show(screen);
        return ended.join();
    }

    private static void background(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void read(InputStream keys) {
        byte[] chunk = new byte[CHUNK];
        try {
            for (int n = keys.read(chunk); n >= 0; n = keys.read(chunk)) {
                int leaving = manner.escape().in(chunk, n);
                queue(Arrays.copyOf(chunk, leaving < 0 ? n : leaving));
                if (leaving >= 0) {
                    end(End.LEFT);
                    return;
                }
            }
        } catch (IOException e) {
            // The terminal is gone: there is no more.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        enqueueEnd();
    }

    // Where a key leaves, what finds no room is lost: whoever waited for some would not see that key. Nobody else puts
    // pieces in, so room stays.
    private void queue(byte[] piece) throws InterruptedException {
        if (typed.remainingCapacity() > 0 || manner.escape().code().isEmpty()) {
            typed.put(piece);
        }
    }

    private void enqueueEnd() {
        try {
            typed.put(NO_MORE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send() {
        try {
            for (byte[] piece = typed.take(); piece != NO_MORE; piece = typed.take()) {
                console.send(piece);
            }
            sent.countDown();
            ended.get(manner.linger().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            end(End.SENT);
        } catch (IOException | ExecutionException e) {
            end(End.GONE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void show(PrintStream screen) {
        byte[] chunk = new byte[CHUNK];
        try {
            for (int n = console.in().read(chunk); n >= 0; n = console.in().read(chunk)) {
                screen.write(chunk, 0, n);
                if (screen.checkError()) {
                    end(End.UNREAD);
                    return;
                }
            }
        } catch (IOException e) {
            // Closed by this side, or lost.
        }
        end(isSent() ? End.SENT : End.GONE);
    }

    // A guest that was told to end does so, whether or not this side has noticed yet that there is nothing more to
    // send.
    private boolean isSent() {
        try {
            return sent.await(NOTICING_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void end(End how) {
        if (ended.complete(how)) {
            console.close();
        }
    }
}
