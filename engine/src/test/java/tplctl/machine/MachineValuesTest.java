package tplctl.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.kind.AbsPath;
import tplctl.kind.ByteSize;
import tplctl.kind.Claim;
import tplctl.kind.ProbeException;
import tplctl.kind.ProbeOutput;

class MachineValuesTest {
    @Test
    void anIdentityIsTheSameEachTimeAndAnotherForAnyOtherHostOwnerOrName() {
        Identity one = Identity.of("h1", "site", "web-1");
        assertThat(one).isEqualTo(Identity.of("h1", "site", "web-1"));
        assertThat(one.uuid()).matches("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(List.of(
                        one.uuid(),
                        Identity.of("h2", "site", "web-1").uuid(),
                        Identity.of("h1", "other", "web-1").uuid(),
                        Identity.of("h1", "site", "web-2").uuid(),
                        Identity.of("h1", "sitew", "eb-1").uuid()))
                .doesNotHaveDuplicates();
    }

    /** Else a new version of tplctl would make VMs anew, and drop their disks. */
    @Test
    void aMachinesFingerprintIsWhatItWasBeforeMachinesCouldHaveMore() {
        assertThat(Samples.machine("{ram: 1G, disk: vm}").fingerprint())
                .isEqualTo(
                        "Machine[emulator=qemu-system-x86_64, type=pc, options={}, accel=auto, cpu=Optional.empty, cpuOptions=[],"
                                + " vcpus=1, ram=1G, slots=Optional.empty, maxRam=Optional.empty, disks=[], kernel=Optional.empty,"
                                + " initrd=Optional.empty, append=Optional.empty, nics=[], serial=Optional.empty,"
                                + " monitor=Optional.empty, qmp=Optional.empty, devices=[], extraArgs=[]] [/img/vm qcow2]");
        assertThat(Samples.machine("{ram: 1G, disk: vm, agent: true}").fingerprint())
                .isNotEqualTo(Samples.machine("{ram: 1G, disk: vm}").fingerprint());
    }

    @Test
    void cardsOfOneVmHaveDifferentAddresses() {
        assertThat(Identity.mac("h1", "site", "web-1", 0))
                .matches("52:54:00(:[0-9a-f]{2}){3}")
                .isEqualTo(Identity.mac("h1", "site", "web-1", 0))
                .isNotEqualTo(Identity.mac("h1", "site", "web-1", 1))
                .isNotEqualTo(Identity.mac("h1", "site", "web-2", 0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "QEMU emulator version 4.1.0|4.1.0",
                "QEMU emulator version 10.0.3 (Debian 1:10.0.3+ds-0+deb13u1)|10.0.3",
                "QEMU emulator version 4.1.0 (v4.1.0-dirty)|4.1.0",
                "QEMU emulator version 4.0.94-rc4|4.0.94"
            })
    void readsQemusBanner(String banner, String version) {
        assertThat(QemuVersion.ofBanner(banner)).map(QemuVersion::toString).contains(version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "qemu-img version 8.2.0", "QEMU emulator version x", "GNU bash, version 5.2.15"})
    void takesNothingElseForABanner(String banner) {
        assertThat(QemuVersion.ofBanner(banner)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"8.2.0,8,2,true", "8.1.9,8,2,false", "10.0.0,8,2,true", "7.9.0,8,2,false", "8.10.0,8,2,true"})
    void comparesReleases(String version, int major, int minor, boolean newer) {
        assertThat(QemuVersion.parse(version).orElseThrow().atLeast(major, minor))
                .isEqualTo(newer);
    }

    @Test
    void aManifestComesBackAsItWasWritten() {
        Manifest manifest = Samples.manifest(Samples.template(Samples.machine("{ram: 1G, disk: vm}")));
        assertThat(manifest.toJson()).doesNotContain("\n");
        assertThat(Manifest.parse(manifest.toJson())).contains(manifest);
    }

    @Test
    void theFlavourIsRememberedAndIsStockWhereNothingTellsOfIt() {
        Platform osnet = new Platform("pc", "kvm", "", new QemuVersion(4, 1, 0), Flavour.OSNET);
        Manifest manifest = Samples.manifest(Samples.template(Samples.machine("{ram: 1G}")), osnet);
        assertThat(Manifest.parse(manifest.toJson()).orElseThrow().platform()).isEqualTo(osnet);
        String older = manifest.toJson().replace("\"flavour\":\"osnet\",", "");
        assertThat(Manifest.parse(older).orElseThrow().platform().flavour()).isEqualTo(Flavour.STOCK);
    }

    @Test
    void aManifestOfSeveralNodesNamesAFileForEach() {
        Manifest manifest =
                Samples.manifest(Samples.template(Samples.machine("{ram: 3M, numa: [{cpus: 0, ram: 1M}, {ram: 2M}]}")));
        assertThat(manifest.files().stream().map(Manifest.Sealed::path))
                .containsExactly("/mnt/hugetlb/memory", "/mnt/hugetlb/memory.1", "/mnt/ramdisk/state");
        assertThat(Manifest.parse(manifest.toJson())).contains(manifest);
    }

    @Test
    void aManifestAndARecordOfBeforeThereWereNodesCanStillBeRead() {
        Manifest manifest = Samples.manifest(Samples.template(Samples.machine("{ram: 1G}")));
        String plain =
                manifest.toJson().replace("\"memory\":[{", "\"memory\":{").replace("}],\"state\"", "},\"state\"");
        assertThat(plain).isNotEqualTo(manifest.toJson());
        assertThat(Manifest.parse(plain)).contains(manifest);
        VmRecord record = new VmRecord("web", "site", "", "", "digest", "uuid", List.of(7L), Samples.PLATFORM);
        assertThat(VmRecord.parse(record.toJson().replace("[7]", "7"))).contains(record);
    }

    @Test
    void aRecordOfAVmComesBackAsItWasWritten() {
        VmRecord record = new VmRecord(
                "web", "o\"w\\n\u00fc", "base", "id", "digest", "uuid", List.of(1L << 30), Samples.PLATFORM);
        assertThat(record.toJson()).doesNotContain("\n");
        assertThat(VmRecord.parse(record.toJson())).contains(record);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "7",
                "{}",
                "{\"schema\":7}",
                "{\"schema\":\"tplctl.template/v1\"}",
                "{\"schema\":\"tplctl.vm/v1\",\"name\":{}}",
                "{\"schema\":\"tplctl.template/v1\",\"disks\":\"none\"}",
                "{\"schema\":\"tplctl.template/v1\",\"disks\":[7]}",
                "{\"schema\":\"tplctl.template/v1\",\"disks\":[],\"inputs\":{}}"
            })
    void garbageIsNeitherAManifestNorARecord(String line) {
        assertThat(Manifest.parse(line)).isEmpty();
        assertThat(VmRecord.parse(line)).isEmpty();
    }

    @Test
    void aManifestThatWasCutShortIsNone() {
        String whole = Samples.manifest(Samples.template(Samples.machine("{ram: 1G, disk: vm}")))
                .toJson();
        for (int i = 0; i < whole.length(); i++) {
            assertThat(Manifest.parse(whole.substring(0, i))).isEmpty();
        }
    }

    @Test
    void aManifestWithANumberThatIsNoneIsNone() {
        String json =
                Samples.manifest(Samples.template(Samples.machine("{ram: 1G}"))).toJson();
        assertThat(Manifest.parse(json.replace("1073741824,\"memory\"", "\"much\",\"memory\"")))
                .isEmpty();
    }

    @Test
    void aStampMatchesWhateverTheDevicesNumberButNothingElse() {
        Manifest.Sealed sealed = new Manifest.Sealed("/f", "", "8:12:100:a:b");
        assertThat(sealed.matches("253:12:100:a:b")).isTrue();
        assertThat(sealed.matches("8:13:100:a:b")).isFalse();
        assertThat(sealed.matches("8:12:101:a:b")).isFalse();
        assertThat(sealed.matches("8:12:100:a:c")).isFalse();
        assertThat(sealed.matches("absent")).isFalse();
    }

    @Test
    void roomOfATmpfsIsItsFreeBlocks() {
        assertThat(room("room tmpfs 4096 1000 2000")).contains(new Room("tmpfs", 4096, 4096 * 1000L));
    }

    @Test
    void aTmpfsWithoutALimitHasRoomWithoutLimit() {
        Room room = room("room tmpfs 4096 0 0").orElseThrow();
        assertThat(room.freeBytes()).isEqualTo(Room.UNLIMITED);
        TemplateInfo template = Samples.template(Samples.machine("{ram: 1G}"));
        assertThat(Room.claims(template, Optional.of(room), 1, 0))
                .map(Claim::free)
                .contains(-1L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 0", "18446744073709551600 18446744073709551615"})
    void aHugetlbfsWithoutSizeHasWhatThePoolHasUnclaimed(String blocks) {
        assertThat(room("room hugetlbfs 2097152 " + blocks + "\npages 600 100"))
                .map(Room::freeBytes)
                .contains(500L << 21);
    }

    @Test
    void aHugetlbfsWithSizeHasTheLesserOfItsLimitAndThePool() {
        assertThat(room("room hugetlbfs 2097152 200 512\npages 600 100"))
                .map(Room::freeBytes)
                .contains(200L << 21);
        assertThat(room("room hugetlbfs 2097152 500 512\npages 160 100"))
                .map(Room::freeBytes)
                .contains(60L << 21);
        assertThat(room("room hugetlbfs 2097152 500 512\npages 60 100"))
                .map(Room::freeBytes)
                .contains(0L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"room tmpfs", "room tmpfs x y z", "room tmpfs 4096 1 2\npages 1", "room"})
    void aRoomThatCannotBeReadIsAnErrorOfTheProbe(String lines) {
        assertThatThrownBy(() -> room(lines)).isInstanceOf(ProbeException.class);
    }

    @Test
    void claimsHugePagesByTheMountsPageSizeBeforeItIsThere() {
        TemplateInfo template = new TemplateInfo(
                "t",
                Samples.machine("{ram: 1025M}"),
                new AbsPath("/mnt/h/m"),
                new AbsPath("/s"),
                Optional.of(new FileSystem(new AbsPath("/mnt/h"), "hugetlbfs", Optional.empty(), Optional.empty())));
        assertThat(Room.claims(template, room("room ext2/ext3 4096 1 2"), 1, 0))
                .contains(new Claim("huge pages of 2M", "pages", -1, 513, 0));
        assertThat(Room.claims(template, room("room hugetlbfs 2097152 0 0\npages 7 0"), 1, 4L << 20))
                .contains(new Claim("huge pages of 2M", "pages", 7, 513, 2));
    }

    @Test
    void eachNodesRamIsRoundedUpToHugePagesOfItsOwn() {
        TemplateInfo template = Samples.template(Samples.machine("{ram: 6M, numa: [{cpus: 0, ram: 3M}, {ram: 3M}]}"));
        assertThat(Room.claims(template, room("room hugetlbfs 2097152 0 0\npages 7 0"), 2, 0))
                .contains(new Claim("huge pages of 2M", "pages", 7, 8, 0));
    }

    @Test
    void aNodeThatIsBoundToOneOfTheHostsClaimsItsPagesThere() {
        TemplateInfo template = Samples.template(
                Samples.machine("{ram: 6M, numa: [{cpus: 0, ram: 2M, host_node: 1}, {ram: 4M, host_node: 0}]}"));
        assertThat(Room.claims(template, room("room hugetlbfs 2097152 0 0\npages 7 0"), 2, 0))
                .containsExactly(
                        new Claim("huge pages of 2M", "pages", 7, 6, 0),
                        new Claim("huge pages of 2M on NUMA node 1", "pages", -1, 2, 0),
                        new Claim("huge pages of 2M on NUMA node 0", "pages", -1, 4, 0));
    }

    @Test
    void aMountWithALimitIsAPoolOfItsOwn() {
        FileSystem mount = new FileSystem(
                new AbsPath("/mnt/h"), "hugetlbfs", Optional.of(ByteSize.mebi(8)), Optional.of(ByteSize.mebi(2)));
        TemplateInfo template = new TemplateInfo(
                "t", Samples.machine("{ram: 4M}"), new AbsPath("/mnt/h/m"), new AbsPath("/s"), Optional.of(mount));
        assertThat(Room.claims(template, Optional.empty(), 1, 0))
                .containsExactly(
                        new Claim("huge pages of 2M", "pages", -1, 2, 0),
                        new Claim("hugetlbfs /mnt/h", "pages", -1, 2, 0));
    }

    @Test
    void claimsNothingOfAnOrdinaryDisk() {
        TemplateInfo template = Samples.template(Samples.machine("{ram: 1G}"));
        assertThat(Room.claims(template, room("room ext2/ext3 4096 1 2"), 1, 0)).isEmpty();
    }

    private static Optional<Room> room(String lines) {
        return Room.of(Answers.of(new ProbeOutput(0, List.of(lines.split("\n")))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{devices: [virtio-balloon-pci]}",
                "{devices: ['virtio-balloon-pci,free-page-reporting=on']}",
                "{devices: ['virtio-mem-pci,id=vm0']}",
                "{extra_args: [-device, virtio-balloon]}",
                "{extra_args: [-global, migration.x-release-ram=on]}",
                "{extra_args: [-global, migration.x-postcopy-ram=on]}",
                "{devices: [VIRTIO-BALLOON-PCI]}"
            })
    void refusesWhatPunchesHolesBelow8Point2Only(String yaml) {
        Machine machine = Samples.machine(yaml.replace("{", "{ram: 1G, "));
        assertThat(SharingRules.refusal(machine, new QemuVersion(8, 1, 5)))
                .hasValueSatisfying(why -> assertThat(why).contains("QEMU 8.1.5", "8.2"));
        assertThat(SharingRules.refusal(machine, new QemuVersion(8, 2, 0))).isEmpty();
        assertThat(SharingRules.refusal(machine, QemuVersion.UNKNOWN)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{extra_args: [-mem-prealloc]}",
                "{extra_args: [-overcommit, mem-lock=on]}",
                "{extra_args: [-realtime, mlock=on]}",
                "{devices: ['vfio-pci,host=01:00.0']}",
                "{devices: ['vhost-user-fs-pci,tag=a']}"
            })
    void refusesWhatUnsharesMemoryUnderEveryRelease(String yaml) {
        Machine machine = Samples.machine(yaml.replace("{", "{ram: 1G, "));
        assertThat(SharingRules.refusal(machine, new QemuVersion(10, 0, 0))).isPresent();
        assertThat(SharingRules.refusal(machine, QemuVersion.UNKNOWN)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{devices: [virtio-rng-pci]}", "{extra_args: [-overcommit, mem-lock=on-fault]}", "{vcpus: 2}"})
    void allowsWhatDoesNeither(String yaml) {
        assertThat(SharingRules.refusal(Samples.machine(yaml.replace("{", "{ram: 1G, ")), new QemuVersion(4, 1, 0)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ram: 2G, disk: vm}",
                "{ram: 1G, disk: other}",
                "{ram: 1G, disk: vm, vcpus: 2}",
                "{ram: 1G, disk: vm, accel: tcg}",
                "{ram: 1G, disk: vm, accel: kvm}",
                "{ram: 1G, disk: vm, type: q35}",
                "{ram: 1G, disk: vm, emulator: /opt/qemu}",
                "{ram: 1G, disk: vm, cpu: host}",
                "{ram: 1G, disk: vm, cpu_options: [a=b]}",
                "{ram: 1G, disk: vm, options: {a: b}}",
                "{ram: 1G, disk: vm, slots: 1, max_ram: 2G}",
                "{ram: 1G, disks: [vm, vm]}",
                "{ram: 1G, disk: vm, kernel: /k}",
                "{ram: 1G, disk: vm, kernel: /k, initrd: /i}",
                "{ram: 1G, disk: vm, kernel: /k, append: quiet}",
                "{ram: 1G, disk: vm, devices: [virtio-rng-pci]}",
                "{ram: 1G, disk: vm, extra_args: [-S]}",
                "{ram: 1G, disk: vm, serial: pty}"
            })
    void anotherMachineGivesAnotherSpecDigestAndAnotherFingerprint(String yaml) {
        Machine plain = Samples.machine("{ram: 1G, disk: vm}");
        Machine other = Samples.machine(yaml);
        assertThat(Samples.template(other).specDigest())
                .hasSize(16)
                .isNotEqualTo(Samples.template(plain).specDigest());
        assertThat(other.fingerprint()).isNotEqualTo(plain.fingerprint());
    }

    @Test
    void theSameMachineElsewhereInThePlaybookIsTheSame() {
        Machine plain = Samples.machine("{ram: 1G, disk: vm}");
        Machine moved = Samples.machine("\n\n\n   {disk: vm,  ram: 1024M, vcpus: 1}");
        assertThat(moved.fingerprint()).isEqualTo(plain.fingerprint());
        assertThat(Samples.template(moved).specDigest())
                .isEqualTo(Samples.template(plain).specDigest());
    }

    @Test
    void theFilesPathsCountInTheSpecDigestAndTheNameDoesNot() {
        TemplateInfo t = Samples.template(Samples.machine("{ram: 1G}"));
        AbsPath elsewhere = new AbsPath("/mnt/other");
        assertThat(new TemplateInfo("b", t.machine(), t.memory(), t.state(), t.on()).specDigest())
                .isEqualTo(t.specDigest());
        assertThat(new TemplateInfo("a", t.machine(), elsewhere, t.state(), t.on()).specDigest())
                .isNotEqualTo(t.specDigest());
        assertThat(new TemplateInfo("a", t.machine(), t.memory(), elsewhere, t.on()).specDigest())
                .isNotEqualTo(t.specDigest());
    }
}
