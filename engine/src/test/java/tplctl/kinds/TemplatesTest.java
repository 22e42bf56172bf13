package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.diag.Diagnostics;
import tplctl.kind.AbsPath;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.Decoding;
import tplctl.kind.Impact;
import tplctl.kind.ProbeException;
import tplctl.kind.ProbeOutput;
import tplctl.kind.ResourceId;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.machine.DiskImage;
import tplctl.machine.FileSystem;
import tplctl.machine.Manifest;
import tplctl.machine.Platform;
import tplctl.machine.QemuVersion;
import tplctl.machine.Samples;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmTask;
import tplctl.text.MapNode;
import tplctl.text.YamlReader;

/** What a template needs, for everything that can be found of it. */
class TemplatesTest {
    private static final Subject BASE = new Subject(new ResourceId("h1", "templates", "base"), "site");
    private static final String PLAIN = machine("disk: vm");
    private static final String EMULATOR = emulator("10.0.3");

    @Test
    void anAbsentTemplateIsBuiltBesideNothing() {
        Change change = only(changes(PLAIN, "left absent\n" + EMULATOR));
        assertThat(change.impact()).isEqualTo(Impact.CREATE);
        assertThat(change.displaces()).isEmpty();
        VmTask.BuildTemplate build = build(change);
        assertThat(build.platform().machineType()).isEqualTo("pc-i440fx-10.0");
        assertThat(build.argv().toString()).contains("mem-path=/mnt/hugetlb/memory.tplctl-new");
        assertThat(change.steps()).hasSize(1);
    }

    @Test
    void aSealedTemplateIsLeftAlone() {
        assertThat(changes(PLAIN, found(PLAIN, Samples.STAMP, Samples.STAMP, Samples.STAMP)))
                .isEmpty();
    }

    @Test
    void isStillTheSameWhenARebootGaveItsDisksAnotherNumber() {
        String moved = "253" + Samples.STAMP.substring(1);
        assertThat(changes(PLAIN, found(PLAIN, moved, moved, moved))).isEmpty();
    }

    @Test
    void anEmulatorThatIsGoneDoesNotMatterToATemplateThatIsThere() {
        assertThat(changes(PLAIN, found(PLAIN, Samples.STAMP, Samples.STAMP, Samples.STAMP)))
                .isEmpty();
    }

    @Test
    void isMadeAnewWhenAFileIsGoneAndItsClonesKeepTheirDisks() {
        for (int gone = 0; gone < 3; gone++) {
            String[] stamps = {Samples.STAMP, Samples.STAMP, Samples.STAMP};
            stamps[gone] = "absent";
            Change change = only(changes(PLAIN, found(PLAIN, stamps) + EMULATOR + "clone web-1\n"));
            assertThat(change.impact()).isEqualTo(Impact.CREATE);
            assertThat(change.displaces()).isEmpty();
            assertThat(change.from()).endsWith("is gone");
        }
    }

    @Test
    void isReplacedWithItsClonesWhenAFileWasAltered() {
        for (int altered = 0; altered < 3; altered++) {
            String[] stamps = {Samples.STAMP, Samples.STAMP, Samples.STAMP};
            stamps[altered] = Samples.STAMP.replace(":12:", ":13:");
            Change change = only(changes(PLAIN, found(PLAIN, stamps) + EMULATOR + "clone web-1\nclone web-2\n"));
            assertThat(change.impact()).isEqualTo(Impact.REPLACE);
            assertThat(change.displaces())
                    .containsExactly(new ResourceId("h1", "vms", "web-1"), new ResourceId("h1", "vms", "web-2"));
            assertThat(((Step.Run) change.steps().get(0)).script().script())
                    .isEqualTo("touch -- /var/lib/tplctl/vms/web-1/stale /var/lib/tplctl/vms/web-2/stale");
        }
    }

    @Test
    void isReplacedWhenItsMachineChanged() {
        Change change = only(changes(
                machine("disk: vm, vcpus: 2"), found(PLAIN, Samples.STAMP, Samples.STAMP, Samples.STAMP) + EMULATOR));
        assertThat(change.impact()).isEqualTo(Impact.REPLACE);
        assertThat(change.field()).isEqualTo("spec");
    }

    @Test
    void isReplacedWhenTheEmulatorHasAnotherVersion() {
        Change change =
                only(changes(PLAIN, found(PLAIN, Samples.STAMP, Samples.STAMP, Samples.STAMP) + emulator("10.1.0")));
        assertThat(change.impact()).isEqualTo(Impact.REPLACE);
        assertThat(change.from() + " → " + change.to()).isEqualTo("QEMU 10.0.3 → QEMU 10.1.0");
    }

    @Test
    void isLeftAloneWhenTheSameVersionOfTheEmulatorWasInstalledAgain() {
        assertThat(changes(PLAIN, found(PLAIN, Samples.STAMP, Samples.STAMP, Samples.STAMP) + EMULATOR))
                .isEmpty();
    }

    @Test
    void isReplacedWhenItsKernelChangedButNotWhenItIsGone() {
        String yaml = machine("kernel: /boot/vmlinuz");
        TemplateInfo t = spec(yaml).template();
        Manifest plain = Samples.manifest(t);
        Manifest m = new Manifest(
                plain.name(),
                plain.owner(),
                plain.id(),
                plain.specDigest(),
                plain.emulator(),
                plain.emulatorStamp(),
                plain.platform(),
                plain.ramBytes(),
                plain.memory(),
                plain.state(),
                List.of(),
                List.of(Samples.STAMP));
        String found = "manifest " + m.toJson() + "\nfile " + Samples.STAMP + "\nfile " + Samples.STAMP + "\n";
        assertThat(changes(yaml, found + "input " + Samples.STAMP + "\n")).isEmpty();
        assertThat(changes(yaml, found + "input absent\n")).isEmpty();
        Change change = only(changes(yaml, found + "input " + Samples.STAMP.replace(":12:", ":13:") + "\n" + EMULATOR));
        assertThat(change.field()).isEqualTo("boot files");
        assertThat(change.impact()).isEqualTo(Impact.REPLACE);
    }

    @Test
    void aManifestThatCannotBeReadIsNone() {
        Change change = only(changes(PLAIN, "manifest {\"schema\":\"tpl\nfile absent\nfile absent\n" + EMULATOR));
        assertThat(change.impact()).isEqualTo(Impact.CREATE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "version GNU bash, version 5|is not QEMU",
                "version QEMU emulator version 4.0.0\nmachine pc x|4.1.0 or later",
                "version QEMU emulator version 10.0.3|has no machine type \"pc\""
            })
    void refusesAnEmulatorThatCannot(String answerAndReason) {
        String[] parts = answerAndReason.split("\\|");
        Change change = only(changes(PLAIN, "left absent\nemulator /usr/bin/qemu\n" + parts[0] + "\n"));
        assertThat(change.refusal()).contains(parts[1]);
        assertThat(change.steps()).isEmpty();
    }

    @Test
    void refusesWhatPunchesHolesBelow8Point2() {
        String yaml = machine("devices: [virtio-balloon-pci]");
        assertThat(only(changes(yaml, "left absent\n" + emulator("8.1.0"))).refusal())
                .contains("balloon");
        assertThat(only(changes(yaml, "left absent\n" + emulator("8.2.0"))).refusal())
                .isEmpty();
    }

    @Test
    void saysThatKvmIsAskedForWhereThereIsNone() {
        String host = "left absent\n" + emulator("8.2.0").replace("kvm ok", "kvm no /dev/kvm");
        Change change = only(changes(machine("accel: kvm"), host));
        assertThat(change.notes())
                .containsExactly("is to run under kvm, but no /dev/kvm; \"accel: auto\" takes tcg then");
        assertThat(build(change).platform().accel()).isEqualTo("kvm");
        String nothingKnown = host.replace("kvm no /dev/kvm\n", "");
        assertThat(only(changes(machine("accel: kvm"), nothingKnown)).notes()).isEmpty();
    }

    @Test
    void warnsThatAnOldEmulatorCannotMapReadOnlyAndSaysWhyItUsesTcg() {
        Change change = only(changes(PLAIN, "left absent\n" + emulator("7.2.0").replace("kvm ok", "kvm no /dev/kvm")));
        assertThat(change.notes()).anyMatch(n -> n.contains("read-only")).contains("runs under tcg: no /dev/kvm");
        assertThat(build(change).platform().accel()).isEqualTo("tcg");
    }

    @Test
    void saysThatTheEmulatorIsNotThereYet() {
        assertThat(only(changes(PLAIN, "left absent\n")).notes()).anyMatch(n -> n.contains("is not there yet"));
    }

    @Test
    void buildsTheNewOneBesideTheOldWhereThereIsRoom() {
        Change change =
                only(changes(PLAIN, altered() + EMULATOR + "clone web-1\nroom hugetlbfs 2097152 0 0\npages 512 0\n"));
        assertThat(doing(change)).containsExactly("mark the clones of the old template", "build the template base");
    }

    @Test
    void removesTheOldOneAndItsClonesFirstWhereThereIsNoRoomForTwo() {
        String found = altered() + EMULATOR + "clone web-1\nroom hugetlbfs 2097152 0 0\npages 511 0\n";
        assertThat(doing(only(changes(PLAIN, found))))
                .containsExactly(
                        "mark the clones of the old template",
                        "shut down web-1",
                        "remove the old template, which leaves no room for another",
                        "build the template base");
        assertThat(claims(PLAIN, found))
                .containsExactly(new Claim("huge pages of 2M", "pages", 511, 512, 512, "the template base"));
    }

    @Test
    void endsItsClonesFirstWhereAPortThatItListensOnMayBeTheirs() {
        String room = "room hugetlbfs 2097152 0 0\npages 512 0\ntaken 127.0.0.1:7000\n";
        assertThat(doing(only(changes(PLAIN, altered() + EMULATOR + "clone web-1\n" + room))))
                .containsExactly("mark the clones of the old template", "shut down web-1", "build the template base");
        assertThat(only(changes(PLAIN, altered() + EMULATOR + room)).refusal())
                .startsWith("something listens on 127.0.0.1:7000 of h1 already");
    }

    @Test
    void removesARamFileThatALostManifestLeftWhereThereIsNoRoomForTwo() {
        String found = "left " + Samples.STAMP + "\n" + EMULATOR + "room hugetlbfs 2097152 0 0\npages 100 0\n";
        assertThat(doing(only(changes(PLAIN, found))))
                .containsExactly(
                        "remove the old template, which leaves no room for another", "build the template base");
        assertThat(claims(PLAIN, found))
                .containsExactly(new Claim("huge pages of 2M", "pages", 100, 512, 512, "the template base"));
    }

    @Test
    void removesTheRamFileFromItsOldPlace() {
        String moved = PLAIN.replace("/mnt/hugetlb/memory", "/mnt/hugetlb/other");
        Change change = only(changes(moved, found(PLAIN, Samples.STAMP, Samples.STAMP, Samples.STAMP) + EMULATOR));
        assertThat(doing(change)).last().isEqualTo("remove the RAM file in its old place");
        Step.Run drop = (Step.Run) change.steps().get(change.steps().size() - 1);
        assertThat(drop.script().script())
                .contains("rm -f -- /mnt/hugetlb/memory")
                .contains(Samples.STAMP);
    }

    @Test
    void knowsThePageSizeOfTheDeclaredMount() {
        FileSystem huge = new FileSystem(
                new AbsPath("/mnt/hugetlb"), "hugetlbfs", Optional.empty(), tplctl.kind.ByteSize.parse("2M"));
        TemplateInfo template = spec(PLAIN, Map.of("/mnt/hugetlb/memory", huge)).template();
        assertThat(template.hugePages()).map(Object::toString).contains("2M");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file x\n", "left 8:1\n", "room hugetlbfs a b c\n"})
    void anAnswerThatCannotBeReadIsAnErrorOfTheProbe(String stdout) {
        assertThatThrownBy(() -> TemplateState.parse(new ProbeOutput(0, stdout, ""), 1))
                .isInstanceOf(ProbeException.class);
    }

    private static String machine(String more) {
        return "{machine: {ram: 1G, " + more + "}, memory: /mnt/hugetlb/memory, state: /mnt/ramdisk/state}";
    }

    private static String emulator(String version) {
        return "emulator /usr/bin/qemu\nemulator_stamp s\nversion QEMU emulator version " + version
                + "\nmachine pc Standard PC (i440FX) (alias of pc-i440fx-10.0)\nkvm ok\n";
    }

    private static String found(String yaml, String... stamps) {
        return "manifest " + Samples.manifest(spec(yaml).template(), platform()).toJson() + "\n"
                + List.of(stamps).stream().map(s -> "file " + s + "\n").collect(Collectors.joining());
    }

    private static Platform platform() {
        return new Platform("pc-i440fx-10.0", "kvm", "", new QemuVersion(10, 0, 3), tplctl.machine.Flavour.STOCK);
    }

    private static String altered() {
        return found(PLAIN, Samples.STAMP, Samples.STAMP.replace(":12:", ":13:"), Samples.STAMP);
    }

    private static Templates.Spec spec(String yaml) {
        return spec(yaml, Map.of());
    }

    private static Templates.Spec spec(String yaml, Map<String, Object> mounts) {
        Diagnostics errors = new Diagnostics();
        MapNode node = (MapNode) YamlReader.read("t.yml", yaml, errors).orElseThrow();
        Decoding decoding = new Decoding("h1", errors, Samples.noAssets());
        Templates.Spec spec = new Templates()
                .schema()
                .decode("base", node, List.of(), decoding)
                .orElseThrow(() -> new AssertionError(errors.sorted().toString()));
        Map<String, Object> exports = new java.util.HashMap<>(mounts);
        exports.put("images.vm", new DiskImage(new AbsPath("/img/vm"), "qcow2"));
        return new Templates().link(BASE, spec, new FixedLinks(exports), decoding);
    }

    private static List<Change> changes(String yaml, String stdout) {
        return new Templates().changes(BASE, spec(yaml), TemplateState.parse(new ProbeOutput(0, stdout, ""), 1));
    }

    private static List<Claim> claims(String yaml, String stdout) {
        TemplateState have = TemplateState.parse(new ProbeOutput(0, stdout, ""), 1);
        return new Templates().claims(BASE, spec(yaml), have, changes(yaml, stdout));
    }

    private static Change only(List<Change> changes) {
        assertThat(changes).hasSize(1);
        return changes.get(0);
    }

    private static VmTask.BuildTemplate build(Change change) {
        return change.steps().stream()
                .filter(Step.Emulator.class::isInstance)
                .map(s -> ((Step.Emulator) s).task())
                .filter(VmTask.BuildTemplate.class::isInstance)
                .map(VmTask.BuildTemplate.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private static List<String> doing(Change change) {
        return change.steps().stream()
                .map(s -> s instanceof Step.Run run
                        ? run.doing()
                        : ((Step.Emulator) s).task().doing())
                .toList();
    }
}
