package tplctl.cli;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import tplctl.host.Duplex;

/**
 * What is said over the telnet protocol (RFC 854) to an emulator's console, without the protocol. Such a console offers what makes a
 * line of bytes of it – binary, no local echo, no line buffer – and goes ahead without waiting for an answer, so that none is given
 * (QEMU, tcp_chr_telnet_init). An 0xFF that is sent is doubled.
 */
final class TelnetDuplex implements Duplex {
    private static final int IAC = 255;
    private static final int DONT = 254;
    private static final int WILL = 251;
    private static final int SB = 250;
    private static final int SE = 240;

    private final Duplex line;
    private final InputStream in;
    private final OutputStream out = new Writing();

    /** @param line is closed with this */
    TelnetDuplex(Duplex line) {
        this.line = line;
        this.in = new Reading(line.in());
    }

    @Override
    public InputStream in() {
        return in;
    }

    @Override
    public OutputStream out() {
        return out;
    }

    @Override
    public void close() {
        line.close();
    }

    private final class Writing extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            ByteArrayOutputStream escaped = new ByteArrayOutputStream(length);
            for (int i = offset; i < offset + length; i++) {
                escaped.write(from[i]);
                if ((from[i] & 0xff) == IAC) {
                    escaped.write(from[i]);
                }
            }
            line.send(escaped.toByteArray());
        }
    }

    /** Where in a command the last byte was. */
    private enum State {
        TEXT,
        COMMAND,
        OPTION,
        SUBNEGOTIATION,
        SUBNEGOTIATION_COMMAND
    }

    private static final class Reading extends FilterInputStream {
        private State state = State.TEXT;

        Reading(InputStream from) {
            super(from);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            int kept = 0;
            // A piece may be nothing but commands.
            while (kept == 0 && length > 0) {
                int n = super.read(to, offset, length);
                if (n < 0) {
                    return -1;
                }
                for (int i = offset; i < offset + n; i++) {
                    if (isText(to[i] & 0xff)) {
                        to[offset + kept++] = to[i];
                    }
                }
            }
            return kept;
        }

        private boolean isText(int b) {
            boolean doubled = state == State.COMMAND && b == IAC;
            boolean text = doubled || (state == State.TEXT && b != IAC);
            state = switch (state) {
                case TEXT -> b == IAC ? State.COMMAND : State.TEXT;
                case COMMAND -> b >= WILL && b <= DONT ? State.OPTION : b == SB ? State.SUBNEGOTIATION : State.TEXT;
                case OPTION -> State.TEXT;
                case SUBNEGOTIATION -> b == IAC ? State.SUBNEGOTIATION_COMMAND : State.SUBNEGOTIATION;
                case SUBNEGOTIATION_COMMAND -> b == SE ? State.TEXT : State.SUBNEGOTIATION;
            };
            return text;
        }
    }
}
