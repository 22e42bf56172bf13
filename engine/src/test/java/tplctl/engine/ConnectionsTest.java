package tplctl.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tplctl.host.FakeHost;
import tplctl.host.Host;
import tplctl.host.HostUnreachableException;

@Timeout(60)
class ConnectionsTest {
    /** One host, whose two views are two objects. */
    private static final class TwoViews implements Connections.Link {
        private final FakeHost plain;
        private final FakeHost become;
        private final CountDownLatch answers;
        private volatile boolean interrupted;
        private volatile boolean closed;

        TwoViews(String name, CountDownLatch answers) {
            this.plain = new FakeHost(name);
            this.become = new FakeHost(name);
            this.answers = answers;
        }

        @Override
        public Host view(boolean becoming) {
            return becoming ? become : plain;
        }

        @Override
        public void interrupt() {
            interrupted = await(answers);
        }

        @Override
        public void close() {
            closed = await(answers);
        }
    }

    @Test
    void beginsInTheBackgroundAndMakesEachConnectionOnce() throws InterruptedException {
        AtomicInteger made = new AtomicInteger();
        CountDownLatch both = new CountDownLatch(2);
        try (Connections connections = new Connections(
                name -> {
                    made.incrementAndGet();
                    both.countDown();
                    return Connections.Link.of(new FakeHost(name));
                },
                2)) {
            connections.begin(List.of("h1", "h2"));
            both.await();
            assertThat(connections.get("h1", false)).isSameAs(connections.get("h1", true));
            connections.get("h2", false);
            assertThat(made.get()).isEqualTo(2);
        }
    }

    @Test
    void whoNeedsAHostDoesNotWaitForItsTurnInTheBackground() {
        CountDownLatch never = new CountDownLatch(1);
        Connections connections = new Connections(
                name -> {
                    if (name.equals("slow")) {
                        await(never);
                    }
                    return Connections.Link.of(new FakeHost(name));
                },
                1);
        connections.begin(List.of("slow", "h2"));
        assertThat(connections.get("h2", false).name()).isEqualTo("h2");
        never.countDown();
        connections.close();
    }

    @Test
    void aHostThatCouldNotBeReachedIsNotTriedAgain() {
        AtomicInteger tries = new AtomicInteger();
        try (Connections connections = new Connections(
                name -> {
                    tries.incrementAndGet();
                    throw new HostUnreachableException(name, "no route", new IOException("no route"));
                },
                1)) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> connections.get("h1", false))
                        .isInstanceOf(HostUnreachableException.class)
                        .hasMessage("h1: no route");
            }
            assertThat(tries.get()).isEqualTo(1);
        }
    }

    @Test
    void theHostsOwnViewIsThatOfTheUserItBecomesWhereItBecomesOne() {
        TwoViews link = new TwoViews("h1", new CountDownLatch(0));
        try (Connections connections = new Connections(name -> link, 1)) {
            assertThat(connections.own("h1")).isSameAs(link.plain);
            connections.becoming(Set.of("h1"));
            assertThat(connections.own("h1")).isSameAs(link.become);
        }
    }

    @Test
    void oneHostThatHangsDoesNotKeepFiftyFromBeingEnded() {
        CountDownLatch never = new CountDownLatch(1);
        Set<TwoViews> links = ConcurrentHashMap.newKeySet();
        Connections connections = new Connections(
                name -> {
                    TwoViews link = new TwoViews(name, name.equals("h7") ? never : new CountDownLatch(0));
                    links.add(link);
                    return link;
                },
                50);
        IntStream.range(0, 50).forEach(i -> connections.get("h" + i, false));
        assertThat(connections.interrupt(Duration.ofSeconds(3))).isEqualTo(1);
        connections.close(Duration.ofSeconds(3));
        assertThat(links.stream().filter(l -> l.interrupted && l.closed)).hasSize(49);
        never.countDown();
    }

    private static boolean await(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
