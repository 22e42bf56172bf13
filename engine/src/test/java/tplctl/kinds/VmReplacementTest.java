package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.kind.Change;
import tplctl.kind.Impact;
import tplctl.kind.Step;
import tplctl.machine.VmTask;

/** When a VM is replaced, and what becomes of its disk. */
class VmReplacementTest extends VmsCase {
    @Test
    void anotherSpecReplacesARunningVmAfterShuttingItDown() {
        Change change =
                only(changes("{template: base, nics: [{netdev: user}]}", whole("{template: base}", true) + manifest()));
        assertThat(change.impact()).isEqualTo(Impact.REPLACE);
        assertThat(tasks(change))
                .extracting(Object::getClass)
                .hasToString("[" + VmTask.StopVm.class + ", " + VmTask.StartVm.class + "]");
        assertThat(start(change).cards())
                .singleElement()
                .satisfies(card -> assertThat(card.mac())
                        .hasValueSatisfying(m -> assertThat(m).startsWith("52:54:00:")));
    }

    @Test
    void aCloneWhoseTemplateWasReplacedIsReplacedWhetherItRunsOrNot() {
        for (boolean alive : List.of(true, false)) {
            String found = "leftovers\n" + record("{template: base}", "0000000000000000") + "up\nstale\n"
                    + (alive ? "pid 77\n" : "") + manifest();
            Change change = only(changes("{template: base}", found));
            assertThat(change.impact()).isEqualTo(Impact.REPLACE);
            assertThat(change.from()).isEqualTo("its template was replaced");
        }
    }

    @Test
    void aCloneWhoseTemplateIsGoneInTheMiddleOfItsReplacementIsReplaced() {
        String found = "leftovers\n" + record("{template: base}", MANIFEST.id()) + "up\nstale\npid 77\n";
        assertThat(only(changes("{template: base}", found)).impact()).isEqualTo(Impact.REPLACE);
    }

    @Test
    void aCloneKeepsItsDiskWhenTheReplacementOfItsTemplateWasGivenUp() {
        String found = "leftovers\n" + record("{template: base}", MANIFEST.id()) + "up\nstale\npid 77\n" + manifest();
        assertThat(changes("{template: base}", found)).isEmpty();
    }

    @Test
    void aCloneOfATemplateThatWasMadeAnewAfterARebootKeepsItsDisk() {
        String found = "leftovers\n" + record("{template: base}", "0000000000000000") + "up\n" + manifest();
        assertThat(only(changes("{template: base}", found)).impact()).isEqualTo(Impact.UPDATE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void neverDropsTheDiskOfAVmWhoseRecordCannotBeReadWithoutAsking(String running) {
        String found = "leftovers\nrecord {\"sch\nup\n" + manifest();
        assertThat(only(changes("{template: base, running: " + running + "}", found))
                        .impact())
                .isEqualTo(Impact.REPLACE);
    }

    @Test
    void aVmThatShallBeOffIsNeverStartedByAReplacement() {
        String spec = "{template: base, running: false}";
        for (boolean alive : List.of(true, false)) {
            String found = "leftovers\n" + record("{template: base}", "0000000000000000") + "up\nstale\n"
                    + (alive ? "pid 77\n" : "") + manifest();
            Change change = only(changes(spec, found));
            assertThat(change.impact()).isEqualTo(Impact.REPLACE);
            assertThat(tasks(change)).noneMatch(VmTask.StartVm.class::isInstance);
            assertThat(change.steps()).last().isInstanceOf(Step.Run.class);
        }
    }

    @Test
    void isReplacedInThePlanThatReplacesItsTemplateUnlessItHasNothingToLose() {
        assertThat(only(displaced("{template: base}", whole("{template: base}", true) + manifest()))
                        .impact())
                .isEqualTo(Impact.REPLACE);
        String off = "{template: base, running: false}";
        assertThat(only(displaced(off, whole(off, false) + manifest())).impact())
                .isEqualTo(Impact.REPLACE);
        assertThat(displaced(off, "leftovers\n" + record(off, "") + manifest())).isEmpty();
    }
}
