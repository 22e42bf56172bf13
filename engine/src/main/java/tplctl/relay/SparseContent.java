package tplctl.relay;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** An ordinary file, and one of tmpfs: what is not written stays a hole. */
final class SparseContent implements PartFile.Content {
    private final FileChannel channel;

    private SparseContent(FileChannel channel) {
        this.channel = channel;
    }

    static SparseContent of(RandomAccessFile file, long size) throws IOException {
        file.setLength(size);
        return new SparseContent(file.getChannel());
    }

    @Override
    public void write(long offset, byte[] bytes, int length) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length);
        while (rest.hasRemaining()) {
            channel.write(rest, offset + rest.position());
        }
    }

    @Override
    public void sync() throws IOException {
        channel.force(true);
    }
}
