package tplctl.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Has Java load and compile what a migration goes through, before there is one. A relay lives for one move, and without this would be
 * at its slowest while a guest waits for it. What it saves and takes is in engine/docs/migration.md.
 */
final class WarmUp {
    /** Short ones: what is to be compiled surrounds a record's bytes, each of which takes long until it is. */
    private static final int RECORD = 64;

    private static final int RECORDS = 800;
    private static final int KEY_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;

    private static final String CHANNEL = "rehearsal";
    /** For each of its steps. */
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** Of the rehearsed stream: after so many everything on its way has been compiled. */
    private static final int ROUNDS = 8;

    private WarmUp() {}

    /** AES-128-GCM, by the calls that JSSE makes. The key is no secret, and what is encrypted goes nowhere. */
    static void cipher() {
        try {
            SecretKeySpec key = new SecretKeySpec(new byte[KEY_BYTES], "AES");
            Cipher sealing = Cipher.getInstance("AES/GCM/NoPadding");
            Cipher opening = Cipher.getInstance("AES/GCM/NoPadding");
            byte[] record = new byte[RECORD + TAG_BYTES];
            for (int i = 0; i < RECORDS; i++) {
                byte[] nonce = ByteBuffer.allocate(NONCE_BYTES).putInt(i).array();
                GCMParameterSpec parameters = new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce);
                sealing.init(Cipher.ENCRYPT_MODE, key, parameters);
                sealing.doFinal(ByteBuffer.wrap(record, 0, RECORD), ByteBuffer.wrap(record));
                opening.init(Cipher.DECRYPT_MODE, key, parameters);
                opening.doFinal(ByteBuffer.wrap(record), ByteBuffer.wrap(record));
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no AES-GCM", e);
        }
    }

    /**
     * Sends a made-up stream to itself, over this host's loopback and as encrypted as any.
     *
     * @param memory the template's, for the side that filters
     */
    static void move(Identity own, Optional<Path> memory, Job job) throws IOException, InterruptedException {
        PinnedTls tls = new PinnedTls(own, own.certificate());
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (PeerListener listener = PeerListener.open(loopback, 0, 0, tls, PeerListener.Limits.USUAL);
                PeerConnection out =
                        tls.connect(new InetSocketAddress(loopback, listener.port()), CHANNEL, LIMIT, job);
                PeerConnection in = listener.take(CHANNEL, LIMIT)) {
            Arrival arrival = new Arrival(new CompletableFuture<>());
            MoveLink receiving = MoveLink.start(in, arrival);
            try (receiving;
                    MoveLink sending = MoveLink.start(out, arrival)) {
                pass(memory, sending);
                arrival.await();
            }
        }
    }

    private static void pass(Optional<Path> memory, MoveLink link) throws IOException {
        FrameChannel frames = new FrameChannel(link);
        if (memory.isPresent()) {
            try (TemplatePages pages = TemplatePages.open(memory.get())) {
                StreamFilter.templateAware(Map.of(RehearsedStream.BLOCK, pages))
                        .filter(RehearsedStream.of(memory.get(), ROUNDS), frames);
            }
        } else {
            StreamFilter.full().filter(RehearsedStream.ofNone(ROUNDS), frames);
        }
        link.send(MoveLink.Type.STREAM_END);
    }

    /** Of the end of the stream. */
    private record Arrival(CompletableFuture<Boolean> ended) implements MoveLink.Receiver {
        void await() throws InterruptedException, RelayException {
            try {
                ended.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                throw new RelayException(RelayException.Code.TIMEOUT, "the rehearsed migration did not end", e);
            } catch (ExecutionException e) {
                throw new RelayException(RelayException.Code.PEER, "the rehearsed migration broke: " + e.getCause(), e);
            }
        }

        @Override
        public void take(MoveLink.Type type, byte[] payload, int length) {
            if (type == MoveLink.Type.STREAM_END) {
                ended.complete(true);
            }
        }

        @Override
        public void lost(RelayException why) {
            ended.completeExceptionally(why);
        }
    }
}
