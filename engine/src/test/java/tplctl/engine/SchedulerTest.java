package tplctl.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tplctl.kind.ResourceId;

@Timeout(60)
class SchedulerTest {
    @Test
    void outcomesAreInTheOrderOfTheJobs() {
        List<Outcome> outcomes = scheduler(1, RunListener.SILENT).run(List.of(job("b", "a"), job("a"), job("c")));
        assertThat(outcomes).extracting(o -> o.id().name()).containsExactly("b", "a", "c");
    }

    @Test
    void whatIsNotAmongTheJobsCountsAsMet() {
        assertThat(scheduler(1, RunListener.SILENT).run(List.of(job("a", "elsewhere"))))
                .hasSize(1);
    }

    @Test
    void ofTheReadyTheFirstInTheListStarts() {
        List<String> started = new ArrayList<>();
        RunListener listener = new RunListener() {
            @Override
            public void started(ResourceId id) {
                started.add(id.name());
            }
        };
        scheduler(1, listener).run(List.of(job("z"), job("y", "z"), job("x"), job("w")));
        assertThat(started).containsExactly("z", "y", "x", "w");
    }

    @Test
    void jobsThatWaitForEachOtherAreADefectAndDoNotHang() {
        assertThatThrownBy(() -> scheduler(1, RunListener.SILENT).run(List.of(job("a", "b"), job("b", "a"))))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void stoppedBeforeItBeganItSkipsAll() {
        Scheduler scheduler = scheduler(1, RunListener.SILENT);
        scheduler.stop();
        assertThat(scheduler.run(List.of(job("a"), job("b", "a"))))
                .allSatisfy(
                        o -> assertThat(((Outcome.Skipped) o).isInterrupted()).isTrue());
    }

    @Test
    void jobsOfOneIdAreEachDoneAndWhatComesAfterWaitsForAll() {
        List<String> done = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Scheduler.Job> jobs =
                List.of(noting("z", done, "x"), noting("x", done), noting("y", done), noting("x", done));
        assertThat(scheduler(2, RunListener.SILENT).run(jobs)).hasSize(4);
        assertThat(done).hasSize(4);
        assertThat(done.indexOf("z")).isGreaterThan(done.lastIndexOf("x"));
    }

    private static Scheduler.Job noting(String name, List<String> done, String... after) {
        Scheduler.Job job = job(name, after);
        return new Scheduler.Job(job.id(), job.after(), dependencies -> {
            done.add(name);
            return job.work().run(dependencies);
        });
    }

    @Test
    void nothingToDoIsDoneAtOnce() {
        assertThat(scheduler(1, RunListener.SILENT).run(List.of())).isEmpty();
    }

    @Test
    void worksOnNoMoreHostsThanItMay() {
        Set<String> busy = ConcurrentHashMap.newKeySet();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch three = new CountDownLatch(3);
        List<Scheduler.Job> jobs = new ArrayList<>();
        for (int host = 0; host < 20; host++) {
            ResourceId id = new ResourceId("h" + host, "things", "a");
            jobs.add(new Scheduler.Job(id, List.of(), dependencies -> {
                busy.add(id.host());
                most.accumulateAndGet(busy.size(), Math::max);
                three.countDown();
                await(three);
                busy.remove(id.host());
                return new Outcome.Unchanged(id, Duration.ZERO);
            }));
        }
        assertThat(forks(3).run(jobs)).hasSize(20);
        assertThat(most.get()).isEqualTo(3);
    }

    @Test
    void aHostWhoseJobsWaitForAnothersHoldsNoSlot() {
        ResourceId first = new ResourceId("h1", "things", "first");
        ResourceId between = new ResourceId("h2", "things", "between");
        ResourceId last = new ResourceId("h1", "things", "last");
        List<Scheduler.Job> jobs = List.of(done(first), done(last, between), done(between, first));
        assertThat(forks(1).run(jobs)).hasSize(3);
    }

    @Test
    void aSlowHostHoldsNobodyUp() {
        CountDownLatch others = new CountDownLatch(9);
        List<Scheduler.Job> jobs = new ArrayList<>();
        ResourceId slow = new ResourceId("slow", "things", "a");
        jobs.add(new Scheduler.Job(slow, List.of(), dependencies -> {
            await(others);
            return new Outcome.Unchanged(slow, Duration.ZERO);
        }));
        for (int host = 0; host < 9; host++) {
            ResourceId id = new ResourceId("h" + host, "things", "a");
            jobs.add(new Scheduler.Job(id, List.of(), dependencies -> {
                others.countDown();
                return new Outcome.Unchanged(id, Duration.ZERO);
            }));
        }
        assertThat(forks(2).run(jobs)).hasSize(10);
    }

    @Test
    void hostsGetTheirSlotsInTheOrderOfTheirFirstJobs() {
        List<String> started = new ArrayList<>();
        RunListener listener = new RunListener() {
            @Override
            public void started(ResourceId id) {
                started.add(id.host());
            }
        };
        List<Scheduler.Job> jobs = Stream.of("h3", "h1", "h2", "h1", "h3")
                .map(h -> done(new ResourceId(h, "things", "n" + started.size() + h)))
                .toList();
        new Scheduler(new Scheduler.Bounds(1, host -> 1), listener, id -> Optional.empty()).run(jobs);
        assertThat(started).containsExactly("h3", "h3", "h1", "h1", "h2");
    }

    @Test
    void whatIsForegoneTakesNoThread() {
        ResourceId id = id("a");
        Scheduler.Job never = new Scheduler.Job(id, List.of(), dependencies -> {
            throw new IllegalStateException("it was tried");
        });
        Outcome known = new Outcome.Unreachable(id, Duration.ZERO, "gone");
        assertThat(new Scheduler(new Scheduler.Bounds(1, host -> 1), RunListener.SILENT, i -> Optional.of(known))
                        .run(List.of(never)))
                .containsExactly(known);
    }

    @Test
    void whatDoesNotEndIsGivenUp() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Scheduler scheduler = scheduler(1, RunListener.SILENT);
        ResourceId hangs = id("hangs");
        Thread user = new Thread(() -> {
            await(begun);
            scheduler.giveUp(Duration.ofMillis(50));
        });
        user.start();
        List<Outcome> outcomes = scheduler.run(List.of(
                new Scheduler.Job(hangs, List.of(), dependencies -> {
                    begun.countDown();
                    await(never);
                    return new Outcome.Unchanged(hangs, Duration.ZERO);
                }),
                job("next", "hangs")));
        never.countDown();
        assertThat(outcomes.get(0)).isInstanceOf(Outcome.Failed.class);
        assertThat(outcomes.get(0).toString()).contains("h1 did not answer");
        assertThat(outcomes.get(1)).isInstanceOf(Outcome.Skipped.class);
    }

    private static Scheduler forks(int forks) {
        return new Scheduler(new Scheduler.Bounds(forks, host -> 2), RunListener.SILENT, id -> Optional.empty());
    }

    private static Scheduler.Job done(ResourceId id, ResourceId... after) {
        return new Scheduler.Job(id, List.of(after), dependencies -> new Outcome.Unchanged(id, Duration.ZERO));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Scheduler scheduler(int perHost, RunListener listener) {
        return new Scheduler(new Scheduler.Bounds(50, host -> perHost), listener, id -> Optional.empty());
    }

    private static Scheduler.Job job(String name, String... after) {
        ResourceId id = id(name);
        List<ResourceId> ids = List.of(after).stream().map(SchedulerTest::id).toList();
        return new Scheduler.Job(id, ids, dependencies -> new Outcome.Unchanged(id, Duration.ZERO));
    }

    private static ResourceId id(String name) {
        return new ResourceId("h1", "things", name);
    }
}
