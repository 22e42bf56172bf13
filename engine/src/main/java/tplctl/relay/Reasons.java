package tplctl.relay;

import static tplctl.relay.RelayException.Code.CANCELLED;
import static tplctl.relay.RelayException.Code.IO;
import static tplctl.relay.RelayException.Code.PEER;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Finds out why a machine did not go over: of all that ends because of one failure, the one who knows better is asked. */
final class Reasons {
    /** How long one side waits for what the other may still have to say. */
    static final Duration PEER_WORDS = Duration.ofSeconds(2);

    private final Emulator emulator;
    private final Watch watch;

    Reasons(Emulator emulator, Watch watch) {
        this.emulator = emulator;
        this.watch = watch;
    }

    /** The emulator's, of a migration that it gave up, and the other side's, which may be why. */
    RelayException ownWords(String status) throws IOException {
        String error = emulator.migration().error().map(text -> ": " + text).orElse("");
        Optional<RelayException> peers = peerWords();
        return new RelayException(
                peers.map(RelayException::code).orElse(IO),
                "the emulator says that the migration " + (status.equals("failed") ? "failed" : "was cancelled") + error
                        + peers.map(each -> "; " + each.getMessage()).orElse(""));
    }

    /** A filter also fails when the emulator ends its stream early, and then the emulator knows better why. */
    RelayException transferFailed(Watch.Signal failed) throws IOException {
        long deadline = Watch.in(PEER_WORDS.dividedBy(2));
        while (true) {
            Watch.Signal signal = watch.next(deadline);
            switch (signal.kind()) {
                case MIGRATION -> {
                    // Others, such as "setup", are of before, and only heard now.
                    if (isEnd(signal.text())) {
                        return ownWords(signal.text());
                    }
                }
                case CANCELLED -> throw new RelayException(CANCELLED, "the migration was cancelled");
                case EMULATOR_LOST, PEER_FAILED, PEER_GONE, LINK_LOST -> {
                    return failure(signal);
                }
                case DEADLINE -> {
                    return failure(failed);
                }
                default -> {}
            }
        }
    }

    /** Whether a migration that has that status was given up by its emulator. */
    static boolean isEnd(String status) {
        return status.equals("failed") || status.equals("cancelled");
    }

    /** What a signal says that ends the move. */
    static RelayException failure(Watch.Signal signal) {
        return signal.cause()
                .orElseGet(() -> new RelayException(
                        PEER,
                        "the other relay said " + signal.kind()
                                + " where that makes no sense; both have to be of one version"));
    }

    private Optional<RelayException> peerWords() {
        long deadline = Watch.in(PEER_WORDS);
        while (true) {
            Watch.Signal signal = watch.next(deadline);
            switch (signal.kind()) {
                case PEER_FAILED, PEER_GONE -> {
                    return signal.cause();
                }
                case DEADLINE, LINK_LOST -> {
                    return Optional.empty();
                }
                default -> {}
            }
        }
    }
}
