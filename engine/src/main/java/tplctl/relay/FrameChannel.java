package tplctl.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Writes frames of the stream; blocks until they are on their way. Left open, the link is the migration's. */
final class FrameChannel implements WritableByteChannel {
    private final MoveLink link;
    private final byte[] payload = new byte[MoveLink.LONGEST];

    FrameChannel(MoveLink link) {
        this.link = link;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int before = bytes.remaining();
        while (bytes.hasRemaining()) {
            int length = Math.min(payload.length, bytes.remaining());
            bytes.get(payload, 0, length);
            link.send(MoveLink.Type.STREAM, payload, length);
        }
        return before;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {
        // The link is the migration's.
    }
}
