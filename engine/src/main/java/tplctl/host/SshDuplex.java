package tplctl.host;

import com.jcraft.jsch.Channel;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A Unix socket of the host, on an SSH channel. */
record SshDuplex(Channel channel, InputStream in, OutputStream out) implements Duplex {
    @Override
    public boolean passesDescriptors() {
        return false;
    }

    @Override
    public void send(byte[] bytes, FileDescriptor... passed) throws IOException {
        if (passed.length > 0) {
            throw new IllegalArgumentException("descriptors cannot be passed to another host");
        }
        out.write(bytes, 0, bytes.length);
    }

    @Override
    public void close() {
        channel.disconnect();
    }
}
