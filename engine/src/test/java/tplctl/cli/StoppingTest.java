package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tplctl.engine.Outcome;
import tplctl.kind.ResourceId;

@Timeout(60)
class StoppingTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final AtomicInteger ended = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);

    private Stopping stopping(Duration grace) {
        return new Stopping(grace, () -> {
            ended.incrementAndGet();
            end.countDown();
        });
    }

    private static ResourceId id(String name) {
        return new ResourceId("h1", "commands", name);
    }

    @Test
    void endsWhatRunsAfterTheGrace() throws InterruptedException {
        Stopping stopping = stopping(Duration.ofMillis(20));
        stopping.begin();
        assertThat(end.await(30, TimeUnit.SECONDS)).isTrue();
        stopping.now();
        assertThat(ended).hasValue(1);
    }

    @Test
    void endsWhatRunsAtOnceWhenToldAgainAndOnlyOnce() {
        Stopping stopping = stopping(LONG);
        stopping.begin();
        stopping.now();
        stopping.now();
        assertThat(ended).hasValue(1);
        stopping.over();
    }

    @Test
    void endsNothingOfARunThatIsOver() throws InterruptedException {
        Stopping stopping = stopping(Duration.ofMillis(20));
        stopping.over();
        stopping.begin();
        assertThat(end.await(200, TimeUnit.MILLISECONDS)).isFalse();
    }

    @Test
    void saysWhatRuns() {
        Stopping stopping = stopping(Duration.ofSeconds(10));
        assertThat(stopping.words()).isEqualTo("stopping: nothing more is begun");
        stopping.started(id("a"));
        assertThat(stopping.words())
                .isEqualTo("stopping: h1:commands.a has 10 s to end; interrupt again to end it at once");
        List.of("b", "c", "d", "e").forEach(name -> stopping.started(id(name)));
        assertThat(stopping.words())
                .isEqualTo("stopping: h1:commands.a, h1:commands.b, h1:commands.c and 2 more have 10 s to end;"
                        + " interrupt again to end them at once");
        stopping.finished(new Outcome.Unchanged(id("a"), Duration.ZERO));
        stopping.finished(new Outcome.Unchanged(id("c"), Duration.ZERO));
        stopping.finished(new Outcome.Unchanged(id("e"), Duration.ZERO));
        assertThat(stopping.words())
                .isEqualTo("stopping: h1:commands.b and h1:commands.d have 10 s to end; interrupt again to end them at"
                        + " once");
    }
}
