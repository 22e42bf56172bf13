package tplctl.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tplctl.host.FakeHost;
import tplctl.host.HostInterruptedException;
import tplctl.relay.Agent;
import tplctl.relay.Command;
import tplctl.relay.RelayException;

@Timeout(60)
class RelayClientTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final AgentProgram agent = new AgentProgram()
            .with("echo", (job, fields) -> {
                job.tell(List.of("half", fields.get(0)));
                return fields;
            })
            .with("hang", (job, fields) -> {
                new CountDownLatch(1).await();
                return List.of();
            })
            .with("fail", (job, fields) -> {
                throw new RelayException(RelayException.Code.NO_SPACE, "the pool is empty");
            });

    private final FakeHost host = new FakeHost("o41").onStart(agent::start);

    private RelayClient client() {
        return RelayClient.start(host, List.of("env", "java", "-cp", "it's here"));
    }

    @Test
    void startsTheAgentAndGetsAnswersThatBelongToItsJobs() {
        List<List<String>> told = Collections.synchronizedList(new ArrayList<>());
        try (RelayClient client = client()) {
            RelayClient.Work first = client.start(List.of("echo", "a b", ""), told::add);
            RelayClient.Work second = client.start(List.of("echo", "%"), answer -> {});
            assertThat(second.await(LIMIT)).containsExactly("%");
            assertThat(first.await(LIMIT)).containsExactly("a b", "");
            assertThat(told).containsExactly(List.of("half", "a b"));
        }
        assertThat(host.calls("start")).containsExactly("exec env java -cp 'it'\\''s here' agent");
    }

    @Test
    void aFailedJobHasItsCodeAndItsHost() {
        try (RelayClient client = client()) {
            assertThatThrownBy(() -> client.ask("fail"))
                    .isInstanceOfSatisfying(
                            RelayFailure.class, e -> assertThat(e.code()).isEqualTo("no-space"))
                    .hasMessage("o41: the pool is empty");
        }
    }

    @Test
    void anInterruptionWakesWhoWaitsAndTheJobCanBeCancelled() {
        try (RelayClient client = client()) {
            RelayClient.Work job = client.start(List.of("hang"), answer -> {});
            agent.interrupt();
            assertThatThrownBy(() -> job.await(LIMIT)).isInstanceOf(HostInterruptedException.class);
            assertThat(job.ended()).isFalse();
            assertThat(job.cancel()).isTrue();
            assertThat(job.awaitEnd(LIMIT)).isTrue();
            assertThatThrownBy(() -> job.result(LIMIT))
                    .isInstanceOfSatisfying(
                            RelayFailure.class, e -> assertThat(e.code()).isEqualTo("cancelled"));
        }
    }

    @Test
    void aRelayThatEndsFailsItsJobsWithItsLastWords() {
        try (RelayClient client = client()) {
            RelayClient.Work job = client.start(List.of("hang"), answer -> {});
            agent.die("Killed");
            assertThatThrownBy(() -> job.await(LIMIT))
                    .isInstanceOf(RelayFailure.class)
                    .hasMessageContaining("o41: the relay ended")
                    .hasMessageContaining("Killed");
            assertThatThrownBy(() -> client.ask("echo", "x")).isInstanceOf(RelayFailure.class);
        }
    }

    @Test
    void whatIsNoRelayIsTold() {
        FakeHost other = new FakeHost("o41").onStart((script, interrupted) -> AgentProgram.saying("Welcome!\n"));
        assertThatThrownBy(() -> RelayClient.start(other, List.of("x"))).hasMessageContaining("is no relay");
        assertThat(Agent.VERSION).isEqualTo(1);
    }

    @Test
    void bothSidesAreCancelledOnAnInterruptionBeforeThePointOfNoReturn() {
        AgentProgram second = new AgentProgram().with("hang", (job, fields) -> {
            new CountDownLatch(1).await();
            return List.of();
        });
        FakeHost peer = new FakeHost("o40").onStart(second::start);
        try (RelayClient out = client();
                RelayClient in = RelayClient.start(peer, List.of("x"))) {
            RelayPair.Both both = new RelayPair.Both(
                    out.start(List.of("hang"), answer -> {}), in.start(List.of("hang"), answer -> {}));
            agent.interrupt();
            assertThatThrownBy(() -> both.await(LIMIT)).isInstanceOf(HostInterruptedException.class);
            assertThat(both.out().ended()).isTrue();
            assertThat(both.in().ended()).isTrue();
        }
    }

    @Test
    void whatIsPastThePointOfNoReturnComesToItsEndThoughItIsInterrupted() throws Exception {
        CountDownLatch committed = new CountDownLatch(2);
        CountDownLatch go = new CountDownLatch(1);
        Command commit = (job, fields) -> {
            job.commit();
            committed.countDown();
            go.await();
            return List.of("done");
        };
        agent.with("commit", commit);
        FakeHost peer = new FakeHost("o40").onStart(new AgentProgram().with("commit", commit)::start);
        try (RelayClient out = client();
                RelayClient in = RelayClient.start(peer, List.of("x"))) {
            RelayPair.Both both = new RelayPair.Both(
                    out.start(List.of("commit"), answer -> {}), in.start(List.of("commit"), answer -> {}));
            committed.await();
            agent.interrupt();
            CompletableFuture<List<String>> end = CompletableFuture.supplyAsync(() -> both.await(LIMIT));
            go.countDown();
            assertThat(end.get(40, TimeUnit.SECONDS)).containsExactly("done");
        }
    }

    @Test
    void theSideThatKnowsBetterGivesAFailureItsCode() {
        AgentProgram second = new AgentProgram().with("gone", (job, fields) -> {
            throw new RelayException(RelayException.Code.PEER, "the other side closed");
        });
        FakeHost peer = new FakeHost("o40").onStart(second::start);
        try (RelayClient in = client();
                RelayClient out = RelayClient.start(peer, List.of("x"))) {
            RelayPair.Both both = new RelayPair.Both(
                    out.start(List.of("gone"), answer -> {}), in.start(List.of("fail"), answer -> {}));
            assertThatThrownBy(() -> both.await(LIMIT))
                    .isInstanceOfSatisfying(
                            RelayFailure.class, e -> assertThat(e.code()).isEqualTo("no-space"))
                    .hasMessage("o41: the pool is empty; o40: the other side closed");
        }
    }
}
