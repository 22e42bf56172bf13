package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tplctl.host.Duplex;

class TelnetDuplexTest {
    /** What QEMU begins with: WILL ECHO, WILL SUPPRESS-GO-AHEAD, WILL BINARY, DO BINARY. */
    private static final String OFFERS = "fffb01fffb03fffb00fffd00";

    /** A line on which the other end says this, in pieces of that size. */
    private record Line(String says, int piece, ByteArrayOutputStream heard) implements Duplex {
        Line(String hex, int piece) {
            this(hex, piece, new ByteArrayOutputStream());
        }

        @Override
        public InputStream in() {
            return new ByteArrayInputStream(HexFormat.of().parseHex(says)) {
                @Override
                public synchronized int read(byte[] to, int offset, int length) {
                    return super.read(to, offset, Math.min(piece, length));
                }
            };
        }

        @Override
        public OutputStream out() {
            return heard;
        }

        @Override
        public boolean passesDescriptors() {
            return false;
        }

        @Override
        public void send(byte[] bytes, FileDescriptor... passed) throws IOException {
            heard.write(bytes);
        }

        @Override
        public void close() {
            // Nothing is kept open.
        }
    }

    @ParameterizedTest
    @CsvSource({
        OFFERS + "6c6f67696e, 6c6f67696e",
        "61fffb0162, 6162",
        "61fff162, 6162",
        "61ffff62, 61ff62",
        "61fffa18fffe01fffff062, 61",
        "61fffa1801fff062, 6162",
        OFFERS + ", ''",
        "61ff, 61",
    })
    void keepsWhatIsNoCommandHoweverItComesInPieces(String said, String text) throws IOException {
        for (int piece = 1; piece <= said.length(); piece++) {
            InputStream in = new TelnetDuplex(new Line(said, piece)).in();
            assertThat(HexFormat.of().formatHex(in.readAllBytes()))
                    .as("in pieces of " + piece)
                    .isEqualTo(text);
        }
    }

    @Test
    void doublesAByteThatWouldBeginACommand() throws IOException {
        Line line = new Line("", 1);
        new TelnetDuplex(line).send(HexFormat.of().parseHex("61ff0dfffb01"));
        assertThat(HexFormat.of().formatHex(line.heard().toByteArray())).isEqualTo("61ffff0dfffffb01");
    }
}
