package tplctl.relay;

import static tplctl.relay.RelayException.Code.PEER;

import java.io.IOException;
import java.util.Optional;

/** Takes what the source's relay sends, on the link's thread, to where it belongs: stream, disks, and words for who decides. */
final class FromSource implements MoveLink.Receiver {
    private final Watch watch;
    private final Optional<IncomingStream> stream;
    private final DiskReceiver disks;
    private boolean failed;

    FromSource(Watch watch, Optional<IncomingStream> stream, DiskReceiver disks) {
        this.watch = watch;
        this.stream = stream;
        this.disks = disks;
    }

    @Override
    public void take(MoveLink.Type type, byte[] payload, int length) throws IOException {
        switch (type) {
            case COMPLETED -> watch.put(Watch.Kind.COMPLETED);
            case FAIL -> watch.put(Watch.Kind.PEER_FAILED, MoveLink.told(payload, length));
            case GONE -> watch.put(Watch.Kind.PEER_GONE, MoveLink.told(payload, length));
            case STREAM_END -> stream.ifPresent(IncomingStream::end);
            default -> {
                if (!failed) {
                    transfer(type, payload, length);
                }
            }
        }
    }

    /** After a failure the rest is read and dropped, until the source has heard of it. */
    private void transfer(MoveLink.Type type, byte[] payload, int length) {
        try {
            switch (type) {
                case STREAM -> stream.orElseThrow(() -> notToSend(type)).write(MoveLink.buffer(payload, length));
                case DISK -> disks.begin(MoveLink.buffer(payload, length));
                case DISK_DATA -> disks.data(MoveLink.buffer(payload, length));
                case DISK_END -> disks.end(MoveLink.buffer(payload, length));
                case PREPARE -> {
                    disks.requireAll();
                    watch.put(Watch.Kind.PREPARE);
                }
                default -> throw notToSend(type);
            }
        } catch (IOException e) {
            failed = true;
            watch.put(Watch.Kind.TRANSFER_FAILED, RelayException.of("take what the other relay sends", e));
        }
    }

    private RelayException notToSend(MoveLink.Type type) {
        return new RelayException(PEER, "the other relay sent " + type + ", which is not its to send");
    }

    @Override
    public void lost(RelayException why) {
        watch.put(Watch.Kind.LINK_LOST, why);
    }
}
