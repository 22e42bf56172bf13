package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.host.Duplex;

@Timeout(60)
class ConsoleLinkTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final Guest guest = new Guest();
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();

    private ConsoleLink.End join(InputStream keys, EscapeKey escape, Duration linger) {
        return new ConsoleLink(guest, new ConsoleLink.Manner(escape, linger))
                .join(keys, new PrintStream(screen, true, StandardCharsets.UTF_8));
    }

    private static InputStream keys(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void passesOnEveryKeyUpToTheOneThatLeaves() {
        assertThat(join(keys("ls\r\u0003\u001dnever"), EscapeKey.USUAL, LONG)).isEqualTo(ConsoleLink.End.LEFT);
        assertThat(guest.closed.getCount()).isZero();
        assertThat(guest.heard()).isIn("ls\r\u0003", "");
    }

    @Test
    void passesOnWhatIsTypedBytewise() throws IOException {
        PipedOutputStream typing = new PipedOutputStream();
        PipedInputStream keys = new PipedInputStream(typing);
        guest.onHeard("\u00ff".repeat(3), () -> {
            try {
                typing.write(0x1d);
                typing.flush();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        typing.write("\u00ff".repeat(3).getBytes(StandardCharsets.UTF_8));
        typing.flush();
        assertThat(join(keys, EscapeKey.USUAL, LONG)).isEqualTo(ConsoleLink.End.LEFT);
        assertThat(guest.heard()).isEqualTo("\u00ff".repeat(3));
    }

    @Test
    void showsWhatTheGuestSaysUntilItsEnd() {
        guest.says("login: ");
        guest.hangsUp();
        assertThat(join(new Never(), EscapeKey.USUAL, LONG)).isEqualTo(ConsoleLink.End.GONE);
        assertThat(screen.toString(StandardCharsets.UTF_8)).isEqualTo("login: ");
    }

    @Test
    void goesOnForAWhileAfterAllWasSent() {
        guest.onHeard("date\n", () -> guest.says("Monday\n"));
        assertThat(join(keys("date\n"), EscapeKey.NONE, Duration.ofSeconds(2))).isEqualTo(ConsoleLink.End.SENT);
        assertThat(screen.toString(StandardCharsets.UTF_8)).isEqualTo("Monday\n");
    }

    @Test
    void takesTheGuestsEndAfterAllWasSentForItsAnswer() {
        guest.onHeard("poweroff\n", guest::hangsUp);
        assertThat(join(keys("poweroff\n"), EscapeKey.NONE, LONG)).isEqualTo(ConsoleLink.End.SENT);
    }

    @Test
    void isBinaryWithoutAKeyThatLeaves() {
        guest.onHeard("a\u001db", guest::hangsUp);
        assertThat(join(keys("a\u001db"), EscapeKey.NONE, LONG)).isEqualTo(ConsoleLink.End.SENT);
        assertThat(guest.heard()).isEqualTo("a\u001db");
    }

    @Test
    void canBeLeftWhileTheGuestTakesNothing() throws IOException {
        guest.takesNothing();
        PipedOutputStream typing = new PipedOutputStream();
        PipedInputStream keys = new PipedInputStream(typing);
        Thread hands = new Thread(() -> {
            try {
                typing.write("x".repeat(100).getBytes(StandardCharsets.UTF_8));
                typing.flush();
                guest.stuck.await();
                typing.write(0x1d);
                typing.flush();
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        hands.start();
        assertThat(join(keys, EscapeKey.USUAL, LONG)).isEqualTo(ConsoleLink.End.LEFT);
    }

    @Test
    void canBeLeftWhenMoreWasTypedThanItKeeps() {
        guest.takesNothing();
        assertThat(join(new Typing("x".repeat(3000) + "\u001d"), EscapeKey.USUAL, LONG))
                .isEqualTo(ConsoleLink.End.LEFT);
    }

    @Test
    void losesNothingOfAFileThatIsLongerThanItKeeps() {
        String text = "x".repeat(3000);
        Typing keys = new Typing(text);
        guest.onHeard("x", keys::awaitUnread);
        assertThat(join(keys, EscapeKey.NONE, Duration.ZERO)).isEqualTo(ConsoleLink.End.SENT);
        assertThat(guest.heard()).isEqualTo(text);
    }

    @Test
    void endsWhenNobodyReads() {
        guest.says("hello");
        OutputStream shut = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        assertThat(new ConsoleLink(guest, new ConsoleLink.Manner(EscapeKey.NONE, LONG))
                        .join(new Never(), new PrintStream(shut, true, StandardCharsets.UTF_8)))
                .isEqualTo(ConsoleLink.End.UNREAD);
    }

    @Test
    void knowsTheKeyThatLeaves() {
        assertThat(EscapeKey.of("^a").code()).hasValue(1);
        assertThat(EscapeKey.of("^]").shown()).isEqualTo("Ctrl-]");
        assertThat(EscapeKey.of("none").code()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "^", "^1", "^ab", "~."})
    void refusesOtherKeys(String text) {
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> EscapeKey.of(text))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("--escape takes");
    }

    /** A key at a time. */
    private static final class Typing extends ByteArrayInputStream {
        // One is with the guest, 1024 wait for it, and with the next the reader waits for room.
        private final CountDownLatch full = new CountDownLatch(1026);

        Typing(String text) {
            super(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public synchronized int read(byte[] to, int offset, int length) {
            full.countDown();
            return super.read(to, offset, Math.min(length, 1));
        }

        void awaitUnread() {
            try {
                full.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Nobody types, and nobody ends it. */
    private static final class Never extends InputStream {
        @Override
        public int read() throws IOException {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return -1;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            return read();
        }
    }

    /** The other end of the console. */
    private static final class Guest implements Duplex {
        private static final int END = -2;

        final CountDownLatch closed = new CountDownLatch(1);
        final CountDownLatch stuck = new CountDownLatch(1);
        private final java.util.concurrent.BlockingQueue<Integer> said =
                new java.util.concurrent.LinkedBlockingQueue<>();
        private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
        private String awaited = "";
        private Runnable then = () -> {};
        private boolean takes = true;

        synchronized void onHeard(String text, Runnable reaction) {
            awaited = text;
            then = reaction;
        }

        synchronized void takesNothing() {
            takes = false;
        }

        void says(String text) {
            for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
                said.add(b & 0xff);
            }
        }

        void hangsUp() {
            said.add(END);
        }

        synchronized String heard() {
            return heard.toString(StandardCharsets.UTF_8);
        }

        @Override
        public InputStream in() {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    try {
                        int next = said.take();
                        return next == END ? -1 : next;
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IOException(e);
                    }
                }

                @Override
                public int read(byte[] to, int offset, int length) throws IOException {
                    int next = read();
                    if (next < 0) {
                        return -1;
                    }
                    to[offset] = (byte) next;
                    return 1;
                }
            };
        }

        @Override
        public OutputStream out() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean passesDescriptors() {
            return false;
        }

        @Override
        public void send(byte[] bytes, FileDescriptor... passed) throws IOException {
            if (!takes()) {
                stuck.countDown();
                try {
                    closed.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                throw new IOException("closed");
            }
            synchronized (this) {
                heard.writeBytes(bytes);
                if (heard().equals(awaited)) {
                    then.run();
                }
            }
        }

        private synchronized boolean takes() {
            return takes;
        }

        @Override
        public void close() {
            closed.countDown();
            said.add(END);
        }
    }
}
