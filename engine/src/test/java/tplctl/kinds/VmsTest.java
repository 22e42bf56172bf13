package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.Impact;
import tplctl.kind.ProbeException;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Step;
import tplctl.machine.Manifest;
import tplctl.machine.Platform;
import tplctl.machine.QemuVersion;
import tplctl.machine.Samples;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmTask;

/** What a VM needs, for everything that can be found of it. */
class VmsTest extends VmsCase {
    @Test
    void anAbsentCloneIsMadeWithoutTouchingAnything() {
        Change change = only(changes("{template: base}", manifest()));
        assertThat(change.impact()).isEqualTo(Impact.CREATE);
        assertThat(change.notes()).isEmpty();
        VmTask.StartVm start = start(change);
        assertThat(start.state()).contains("/mnt/ramdisk/state");
        assertThat(start.platform()).isEqualTo(MANIFEST.platform());
        assertThat(start.prepare().script())
                .contains("/var/lib/tplctl/templates/base/" + MANIFEST.id() + "/clone.qcow2")
                .doesNotContain("rm -rf");
    }

    @Test
    void aRunningCloneIsLeftAlone() {
        assertThat(changes("{template: base}", whole("{template: base}", true) + manifest()))
                .isEmpty();
    }

    @Test
    void aCloneThatNeverBecameReadyIsMadeAnew() {
        String found = "leftovers\n" + record("{template: base}", MANIFEST.id()) + "pid 77\n" + manifest();
        Change change = only(changes("{template: base}", found));
        assertThat(change.impact()).isEqualTo(Impact.CREATE);
        assertThat(change.notes()).containsExactly("an earlier start was not finished; what it left is discarded");
        assertThat(start(change).prepare().script()).contains("kill -KILL", "rm -rf -- /run/tplctl/vms/web");
    }

    @Test
    void aCloneFoundOffBootsFromItsOwnDisk() {
        Change change = only(changes("{template: base}", whole("{template: base}", false) + manifest()));
        assertThat(change.impact()).isEqualTo(Impact.UPDATE);
        assertThat(change.notes()).singleElement().asString().contains("not shared");
        VmTask.StartVm start = start(change);
        assertThat(start.state()).isEmpty();
        assertThat(start.argv()).doesNotContain("-incoming");
        assertThat(start.prepare().script()).doesNotContain("rm -rf", "cp --", "qemu-img");
    }

    @Test
    void aCloneFoundOffIsMadeFreshWhenTheUserSaidSo() {
        String spec = "{template: base, restart: fresh}";
        Change change = only(changes(spec, whole(spec, false) + manifest()));
        assertThat(change.impact()).isEqualTo(Impact.REPLACE);
        assertThat(change.notes()).singleElement().asString().contains("its disk is dropped");
        assertThat(start(change).state()).isPresent();
    }

    @Test
    void freshDoesNotTouchACloneThatRuns() {
        String spec = "{template: base, restart: fresh}";
        assertThat(changes(spec, whole(spec, true) + manifest())).isEmpty();
    }

    @Test
    void aVmThatShallBeOffIsDefinedAndNotStarted() {
        Change change = only(changes("{template: base, running: false}", manifest()));
        assertThat(change.impact()).isEqualTo(Impact.CREATE);
        assertThat(tasks(change)).isEmpty();
        String spec = "{template: base, running: false}";
        assertThat(changes(spec, "leftovers\n" + record(spec, "") + manifest())).isEmpty();
    }

    @Test
    void aRunningVmThatShallBeOffIsShutDownAndKeepsItsDisk() {
        String spec = "{template: base, running: false}";
        Change change = only(changes(spec, whole(spec, true) + manifest()));
        assertThat(change.impact()).isEqualTo(Impact.UPDATE);
        assertThat(tasks(change)).singleElement().isInstanceOf(VmTask.StopVm.class);
        assertThat(changes(spec, whole(spec, false) + manifest())).isEmpty();
    }

    @Test
    void aHalfMadeVmThatShallBeOffIsEndedAndDefined() {
        String spec = "{template: base, running: false}";
        Change change = only(changes(spec, "leftovers\n" + record(spec, MANIFEST.id()) + "pid 77\n" + manifest()));
        assertThat(change.impact()).isEqualTo(Impact.CREATE);
        assertThat(((Step.Run) change.steps().get(0)).script().script()).contains("kill -KILL");
    }

    @Test
    void aPlainVmFollowsTheSameRules() {
        String spec = "{machine: {ram: 1G, disk: vm}}";
        Change made = only(changes(spec, PLAIN_EMULATOR));
        assertThat(made.impact()).isEqualTo(Impact.CREATE);
        assertThat(start(made).platform().accel()).isEqualTo("kvm");
        assertThat(changes(spec, whole(spec, true))).isEmpty();
        Change again = only(changes(spec, whole(spec, false) + PLAIN_EMULATOR));
        assertThat(again.impact()).isEqualTo(Impact.UPDATE);
        assertThat(again.notes()).isEmpty();
        assertThat(only(changes("{machine: {ram: 2G, disk: vm}}", whole(spec, true)))
                        .impact())
                .isEqualTo(Impact.REPLACE);
    }

    @Test
    void aPlainVmIsTheSameWhereverItIsWritten() {
        assertThat(changes("\n\n  {machine: {disk: vm, ram: 1G}}", whole("{machine: {ram: 1G, disk: vm}}", true)))
                .isEmpty();
    }

    @Test
    void aCloneWithWhatPunchesHolesIsRefusedUnderAnOldEmulator() {
        TemplateInfo balloon = Samples.template(Samples.machine("{ram: 1G, devices: [virtio-balloon-pci]}"));
        Manifest old = Samples.manifest(
                balloon, new Platform("pc", "tcg", "", new QemuVersion(7, 2, 0), tplctl.machine.Flavour.STOCK));
        VmSpec spec = spec("{template: base}").linked(Optional.of(balloon), Optional.empty(), false);
        VmState have = VmState.parse("h1", new ProbeOutput(0, "manifest " + old.toJson() + "\n", ""));
        assertThat(only(new Vms().changes(WEB, spec, have)).refusal()).contains("balloon", "7.2.0");
        Manifest young = Samples.manifest(balloon);
        VmState fine = VmState.parse("h1", new ProbeOutput(0, "manifest " + young.toJson() + "\n", ""));
        assertThat(only(new Vms().changes(WEB, spec, fine)).isRefused()).isFalse();
    }

    @Test
    void aCloneOnHugePagesClaimsAllOfItsRamAndGivesBackWhatItHad() {
        String room = "room hugetlbfs 2097152 0 0\npages 600 0\n";
        assertThat(claims("{template: base}", manifest() + room))
                .containsExactly(new Claim("huge pages of 2M", "pages", 600, 512, 0));
        assertThat(claims(
                        "{template: base, nics: [{netdev: user}]}",
                        whole("{template: base}", true) + manifest() + room))
                .containsExactly(new Claim("huge pages of 2M", "pages", 600, 512, 512));
        assertThat(claims("{template: base}", whole("{template: base}", true) + manifest()))
                .isEmpty();
        assertThat(claims("{template: base}", manifest() + "room tmpfs 4096 1 2\n"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pid x\n", "pid\n", "pid -1\n", "pid 99999999999999999999\n", "room tmpfs\n"})
    void anAnswerThatCannotBeReadIsAnErrorOfTheProbe(String stdout) {
        assertThatThrownBy(() -> VmState.parse("h1", new ProbeOutput(0, stdout, "")))
                .isInstanceOf(ProbeException.class);
    }

    @Test
    void aProbeThatFailedSaysNothing() {
        assertThatThrownBy(() -> VmState.parse("h1", new ProbeOutput(2, "", "sh: boom")))
                .isInstanceOf(ProbeException.class)
                .hasMessageContaining("boom");
    }
}
