package tplctl.qemu;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Brings each reply to the command that waits for it. */
final class QmpReplies {
    private final Map<Long, CompletableFuture<QmpMessage>> waiting = new HashMap<>();
    private Optional<QmpConnectionException> failure = Optional.empty();
    private long nextId;
    private long unknown;

    /** A command on its way; the future fails with a {@link QmpConnectionException} when there will be no reply. */
    record Expected(long id, CompletableFuture<QmpMessage> reply) {}

    synchronized Expected expect() {
        Expected expected = new Expected(nextId++, new CompletableFuture<>());
        failure.ifPresentOrElse(
                expected.reply()::completeExceptionally, () -> waiting.put(expected.id(), expected.reply()));
        return expected;
    }

    synchronized void forget(Expected expected) {
        waiting.remove(expected.id());
    }

    synchronized void deliver(long id, QmpMessage reply) {
        CompletableFuture<QmpMessage> future = waiting.remove(id);
        if (future == null) {
            unknown++;
        } else {
            future.complete(reply);
        }
    }

    /** Fails whoever waits now or later. Of several failures the first counts. */
    synchronized void fail(QmpConnectionException why) {
        if (failure.isEmpty()) {
            failure = Optional.of(why);
            waiting.values().forEach(future -> future.completeExceptionally(why));
            waiting.clear();
        }
    }

    synchronized Optional<QmpConnectionException> failure() {
        return failure;
    }

    synchronized long unknown() {
        return unknown;
    }
}
