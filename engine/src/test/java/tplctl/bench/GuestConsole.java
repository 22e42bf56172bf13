package tplctl.bench;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A shell at the other end of a serial port. */
final class GuestConsole {
    // What is typed comes back as an echo, which must not look like the end.
    private static final String END = "; echo EN''D $?\n";
    private static final Pattern ENDED = Pattern.compile("^END (\\d+)\\r?\\n", Pattern.MULTILINE);

    private GuestConsole() {}

    /**
     * Types commands and waits until they have succeeded.
     *
     * @param socket on which the emulator offers the port
     */
    static void type(Path socket, String commands) throws IOException {
        try (SocketChannel port = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            port.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer line = ByteBuffer.wrap((commands + END).getBytes(StandardCharsets.US_ASCII));
            while (line.hasRemaining()) {
                port.write(line);
            }
            StringBuilder said = new StringBuilder();
            ByteBuffer some = ByteBuffer.allocate(4096);
            Matcher end = ENDED.matcher(said);
            while (!end.reset(said).find()) {
                if (port.read(some.clear()) < 0) {
                    throw new IllegalStateException("the guest's console ended after: " + said);
                }
                said.append(StandardCharsets.ISO_8859_1.decode(some.flip()));
            }
            if (!end.group(1).equals("0")) {
                throw new IllegalStateException("the guest said: " + said);
            }
        }
    }
}
