package tplctl.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tplctl.kind.ResourceId;

@Timeout(60)
class SchedulerTest {
    @Test
    void outcomesAreInTheOrderOfTheJobs() {
        List<Outcome> outcomes = new Scheduler(1, RunListener.SILENT).run(List.of(job("b", "a"), job("a"), job("c")));
        assertThat(outcomes).extracting(o -> o.id().name()).containsExactly("b", "a", "c");
    }

    @Test
    void whatIsNotAmongTheJobsCountsAsMet() {
        assertThat(new Scheduler(1, RunListener.SILENT).run(List.of(job("a", "elsewhere"))))
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
        new Scheduler(1, listener).run(List.of(job("z"), job("y", "z"), job("x"), job("w")));
        assertThat(started).containsExactly("z", "y", "x", "w");
    }

    @Test
    void jobsThatWaitForEachOtherAreADefectAndDoNotHang() {
        assertThatThrownBy(() -> new Scheduler(1, RunListener.SILENT).run(List.of(job("a", "b"), job("b", "a"))))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void stoppedBeforeItBeganItSkipsAll() {
        Scheduler scheduler = new Scheduler(1, RunListener.SILENT);
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
        assertThat(new Scheduler(2, RunListener.SILENT).run(jobs)).hasSize(4);
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
        assertThat(new Scheduler(1, RunListener.SILENT).run(List.of())).isEmpty();
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
