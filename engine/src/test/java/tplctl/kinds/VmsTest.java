package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.diag.Diagnostics;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.Impact;
import tplctl.kind.ProbeException;
import tplctl.kind.ProbeOutput;
import tplctl.kind.ResourceId;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.machine.GuestIdentity;
import tplctl.machine.GuestTask;
import tplctl.machine.Manifest;
import tplctl.machine.Platform;
import tplctl.machine.QemuVersion;
import tplctl.machine.Samples;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmRecord;
import tplctl.machine.VmTask;
import tplctl.text.MapNode;
import tplctl.text.YamlReader;

/** What a VM needs, for everything that can be found of it. */
class VmsTest {
    private static final Subject WEB = new Subject(new ResourceId("h1", "vms", "web"), "site");
    private static final TemplateInfo BASE = Samples.template(Samples.machine("{ram: 1G, disk: vm}"));
    private static final Manifest MANIFEST = Samples.manifest(BASE);
    private static final String PLAIN_EMULATOR = """
            emulator /usr/bin/qemu
            emulator_stamp s
            version QEMU emulator version 10.0.3
            machine pc Standard PC (alias of pc-i440fx-10.0)
            kvm ok
            """;

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

    private static final String AGENT =
            "{machine: {ram: 1G, disk: vm, agent: true}, guest: {hostname: web-1, machine_id: new}}";
    private static final GuestIdentity TOLD = new GuestIdentity(Optional.of("web-1"), true);

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
    void aHalfMadeVmThatShallBeOffIsEndedAndDefined() {
        String spec = "{template: base, running: false}";
        Change change = only(changes(spec, "leftovers\n" + record(spec, MANIFEST.id()) + "pid 77\n" + manifest()));
        assertThat(change.impact()).isEqualTo(Impact.CREATE);
        assertThat(((Step.Run) change.steps().get(0)).script().script()).contains("kill -KILL");
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

    private static VmSpec spec(String yaml) {
        return spec(yaml, new Diagnostics());
    }

    private static VmSpec spec(String yaml, Diagnostics errors) {
        MapNode node = (MapNode) YamlReader.read("vm.yml", yaml, errors).orElseThrow();
        tplctl.kind.Decoding decoding = new tplctl.kind.Decoding("h1", errors, Samples.noAssets());
        VmSpec spec = new Vms()
                .schema()
                .decode("web", node, List.of(), decoding)
                .orElseThrow(() -> new AssertionError(errors.sorted().toString()));
        Map<String, Object> exports = Map.of(
                "templates.base",
                BASE,
                "images.vm",
                new tplctl.machine.DiskImage(new tplctl.kind.AbsPath("/img/vm"), "qcow2"));
        return new Vms().link(WEB, spec, new FixedLinks(exports), decoding);
    }

    private static String record(String yaml, String build) {
        VmSpec spec = spec(yaml);
        return "record "
                + new VmRecord(
                                "web",
                                "site",
                                spec.template().map(TemplateInfo::name).orElse(""),
                                build,
                                spec.digest(),
                                "u",
                                List.of(1L << 30),
                                Samples.PLATFORM)
                        .toJson()
                + "\n";
    }

    private static String told(String yaml, GuestIdentity identity, boolean alive) {
        return whole(yaml, alive)
                .replace(
                        "record " + parsed(yaml).toJson(),
                        "record " + parsed(yaml).told(identity).toJson());
    }

    private static VmRecord parsed(String yaml) {
        String line = record(yaml, MANIFEST.id());
        return VmRecord.parse(line.substring("record ".length()).strip()).orElseThrow();
    }

    private static String whole(String yaml, boolean alive) {
        return "leftovers\n" + record(yaml, MANIFEST.id()) + "up\n" + (alive ? "pid 77\n" : "");
    }

    private static String manifest() {
        return "manifest " + MANIFEST.toJson() + "\n";
    }

    private static List<Change> changes(String yaml, String found) {
        return new Vms().changes(WEB, spec(yaml), VmState.parse("h1", new ProbeOutput(0, found, "")));
    }

    private static List<Change> displaced(String yaml, String found) {
        return new Vms().displaced(WEB, spec(yaml), VmState.parse("h1", new ProbeOutput(0, found, "")));
    }

    private static List<Claim> claims(String yaml, String found) {
        VmState have = VmState.parse("h1", new ProbeOutput(0, found, ""));
        return new Vms().claims(WEB, spec(yaml), have, changes(yaml, found));
    }

    private static Change only(List<Change> changes) {
        assertThat(changes).hasSize(1);
        return changes.get(0);
    }

    private static List<VmTask> tasks(Change change) {
        List<VmTask> tasks = new ArrayList<>();
        for (Step step : change.steps()) {
            if (step instanceof Step.Emulator emulator) {
                tasks.add((VmTask) emulator.task());
            }
        }
        return tasks;
    }

    private static VmTask.StartVm start(Change change) {
        return tasks(change).stream()
                .filter(VmTask.StartVm.class::isInstance)
                .map(VmTask.StartVm.class::cast)
                .findFirst()
                .orElseThrow();
    }
}
