package tplctl.qemu;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import tplctl.host.Host;
import tplctl.host.HostInterruptedException;

/** A relay on each of two hosts, which know each other's certificate; the destination's listens. */
final class RelayPair implements AutoCloseable {
    private static final String ANYWHERE = "0.0.0.0";
    private static final Duration ENDING = Duration.ofSeconds(60);
    private static final Duration ASKING = Duration.ofSeconds(30);

    private final RelayClient source;
    private final RelayClient destination;
    private final String address;
    private final String certificate;
    private final String port;
    private final AtomicInteger channels = new AtomicInteger();

    /** The two sides of one job. */
    record Both(RelayClient.Work out, RelayClient.Work in) {
        /**
         * Waits for both and returns the source's answer.
         *
         * @throws RelayFailure with the words of both sides; its code is that of the side that knows better
         * @throws HostInterruptedException when either host was interrupted; both sides were cancelled and have ended
         */
        List<String> await(Duration limit) {
            try {
                return joined(() -> out.await(limit), () -> in.await(limit));
            } catch (HostInterruptedException e) {
                boolean undone = out.cancel();
                undone &= in.cancel();
                boolean ended = out.awaitEnd(ENDING);
                ended &= in.awaitEnd(ENDING);
                if (undone || !ended) {
                    throw e;
                }
                // Past the point of no return: it comes to its end, and that is what there is to tell.
                return joined(() -> out.result(ENDING), () -> in.result(ENDING));
            }
        }

        private interface Answer {
            List<String> get();
        }

        private List<String> joined(Answer first, Answer second) {
            Optional<RelayFailure> failed = Optional.empty();
            List<String> answer = List.of();
            try {
                answer = first.get();
            } catch (RelayFailure e) {
                failed = Optional.of(e);
                in.awaitEnd(ENDING);
            }
            try {
                second.get();
            } catch (RelayFailure e) {
                throw failed.map(own -> worse(own, e)).orElse(e);
            }
            if (failed.isPresent()) {
                throw failed.get();
            }
            return answer;
        }

        /** Who only says that the other side failed knows less than that one. */
        private static RelayFailure worse(RelayFailure source, RelayFailure destination) {
            boolean other = List.of("peer", "cancelled").contains(source.code());
            RelayFailure first = other ? destination : source;
            RelayFailure second = other ? source : destination;
            return new RelayFailure(first.code(), first.getMessage() + "; " + second.getMessage());
        }
    }

    private RelayPair(RelayClient source, RelayClient destination, String address, int port) {
        this.source = source;
        this.destination = destination;
        this.address = address;
        RelayClient.Work first = source.start(List.of("identity"), told -> {});
        RelayClient.Work second = destination.start(List.of("identity"), told -> {});
        String own = first.await(ASKING).get(0);
        this.certificate = second.await(ASKING).get(0);
        this.port = destination
                .ask("listen", ANYWHERE, Integer.toString(port), Integer.toString(port), own)
                .get(0);
    }

    /**
     * Starts them.
     *
     * @param address where the source reaches the destination
     * @param port that the destination listens on; 0 for any that is free
     */
    static RelayPair open(Relays relays, Host source, Host destination, String address, int port) {
        // Java takes a while to start, on either host.
        CompletableFuture<RelayClient> starting =
                CompletableFuture.supplyAsync(() -> relays.start(source), RelayPair::onThreadOfItsOwn);
        RelayClient second;
        try {
            second = relays.start(destination);
        } catch (RuntimeException e) {
            var unused = starting.thenAccept(RelayClient::close);
            throw e;
        }
        try {
            RelayClient first = started(starting);
            try {
                return new RelayPair(first, second, address, port);
            } catch (RuntimeException e) {
                first.close();
                throw e;
            }
        } catch (RuntimeException e) {
            second.close();
            throw e;
        }
    }

    private static void onThreadOfItsOwn(Runnable work) {
        Thread thread = new Thread(work, "relay-start");
        thread.setDaemon(true);
        thread.start();
    }

    private static RelayClient started(CompletableFuture<RelayClient> starting) {
        try {
            return starting.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /**
     * Copies a file, sparsely, to where there is none.
     *
     * @param progress told bytes done
     * @return how many bytes went over
     */
    long copy(String from, String to, long size, String mode, String sha256, LongConsumer progress) {
        String channel = channel();
        RelayClient.Work in =
                destination.start(List.of("receive", channel, to, Long.toString(size), mode, sha256), told -> {});
        RelayClient.Work out = source.start(
                List.of("send", address, port, certificate, channel, from, Long.toString(size), sha256), told -> {
                    if (told.get(0).equals("progress") && told.size() > 1) {
                        progress.accept(Long.parseLong(told.get(1)));
                    }
                });
        return Long.parseLong(new Both(out, in).await(Duration.ofDays(1)).get(0));
    }

    /**
     * Has both do what a migration would else have to wait for.
     *
     * @param memories files of the template that the source compares with
     */
    void warmUp(List<String> memories) {
        List<String> job = new ArrayList<>(List.of("warm-up"));
        // Whether it succeeds changes only how long the migration takes.
        destination.start(job, told -> {});
        job.addAll(memories);
        source.start(job, told -> {});
    }

    RelayClient source() {
        return source;
    }

    RelayClient destination() {
        return destination;
    }

    /** The fields by which the source's relay finds the destination's on that channel. */
    List<String> peer(String channel) {
        return List.of(address, port, certificate, channel);
    }

    /** A channel's name that was not used before. */
    String channel() {
        return "c" + channels.incrementAndGet();
    }

    @Override
    public void close() {
        source.close();
        destination.close();
    }
}
