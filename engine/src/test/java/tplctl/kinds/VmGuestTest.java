package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.diag.Diagnostics;
import tplctl.kind.Change;
import tplctl.kind.Impact;
import tplctl.machine.GuestIdentity;
import tplctl.machine.GuestTask;

/** Who a VM's guest is told that it is, and when. */
class VmGuestTest extends VmsCase {
    @Test
    void aNewVmsGuestIsToldWhoItIs() {
        Change change = only(changes(AGENT, PLAIN_EMULATOR));
        GuestTask told = start(change).guest().orElseThrow();
        assertThat(told.identity()).isEqualTo(TOLD);
        assertThat(told.record().guest()).isEqualTo(TOLD);
        assertThat(told.patience()).isEqualTo(java.time.Duration.ofMinutes(3));
        assertThat(start(change).prepare().script()).doesNotContain("hostname");
        assertThat(change.steps().get(0).shown())
                .contains(
                        "guest agent on /run/tplctl/vms/web/agent.sock: its host name is web-1, its machine-id is one drawn now");
    }

    @Test
    void aGuestIsToldOnceForItsDisk() {
        assertThat(changes(AGENT, told(AGENT, TOLD, true))).isEmpty();
        assertThat(start(only(changes(AGENT, told(AGENT, TOLD, false) + PLAIN_EMULATOR)))
                        .guest())
                .isEmpty();
    }

    @Test
    void aGuestThatWasNotToldIsToldWhileItRunsOrWhenItBoots() {
        Change running = only(changes(AGENT, whole(AGENT, true)));
        assertThat(running.impact()).isEqualTo(Impact.UPDATE);
        assertThat(running.field() + ": " + running.from() + " -> " + running.to())
                .isEqualTo("guest:  -> hostname web-1, machine_id new");
        assertThat(tasks(running)).singleElement().isInstanceOf(GuestTask.class);
        assertThat(start(only(changes(AGENT, whole(AGENT, false) + PLAIN_EMULATOR)))
                        .guest())
                .map(GuestTask::identity)
                .contains(TOLD);
    }

    @Test
    void anotherHostnameIsToldAndTheMachineIdStays() {
        GuestIdentity before = new GuestIdentity(Optional.of("web-0"), true);
        GuestTask task = (GuestTask)
                tasks(only(changes(AGENT, told(AGENT, before, true)))).get(0);
        assertThat(task.identity()).isEqualTo(new GuestIdentity(Optional.of("web-1"), false));
        assertThat(task.record().guest()).isEqualTo(TOLD);
    }

    @Test
    void aGuestWithoutADiskIsToldAgainWhenItBoots() {
        String spec = AGENT.replace("disk: vm, ", "");
        assertThat(start(only(changes(spec, told(spec, TOLD, false) + PLAIN_EMULATOR)))
                        .guest())
                .map(GuestTask::identity)
                .contains(TOLD);
    }

    @Test
    void aGuestThatIsNotManagedAnyMoreKeepsWhatItWasTold() {
        String spec = "{machine: {ram: 1G, disk: vm, agent: true}}";
        assertThat(changes(spec, told(spec, TOLD, true))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"guest: {hostname: web-1}", "ready: {agent: true}"})
    void whatTakesTheAgentIsRefusedWhereTheTemplateHasNoChannelForIt(String field) {
        Diagnostics errors = new Diagnostics();
        spec("{template: base, " + field + "}", errors);
        assertThat(errors.sorted()).singleElement().satisfies(error -> {
            assertThat(error.at().column()).isEqualTo("{template: base, ".length() + field.indexOf('{') + 1);
            assertThat(error.summary())
                    .isEqualTo("this takes qemu-guest-agent in the guest, which the machine of the template base has no"
                            + " channel for");
            assertThat(error.detail()).isEqualTo("write \"agent: true\" in the machine of the template base");
        });
    }
}
