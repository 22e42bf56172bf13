package tplctl.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tplctl.kind.Sh;
import tplctl.machine.Layout;
import tplctl.machine.Manifest;
import tplctl.machine.Ready;
import tplctl.machine.Samples;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmTask;

final class TemplateBuildTest extends VmExecutorCase {
    @Test
    void aTemplateIsSealedInTheRightOrderAndTheManifestComesLast() throws IOException {
        TemplateInfo template = Samples.template(Samples.machine("{ram: 1G, disk: vm}"));
        Layout.Dirs dirs = Layout.building("base");
        write("/mnt/hugetlb/memory.tplctl-new", "ram");
        write("/mnt/ramdisk/state.tplctl-new", "state");
        write(dirs.disk(0), "disk");
        List<String> said = new ArrayList<>();
        try (FakeQemu qemu = FakeQemu.ready(socket, q -> {
            q.reply(next(q, said), CAPABILITIES);
            q.reply(next(q, said), "{}");
            q.reply(next(q, said), "{}");
            q.reply(next(q, said), "{}");
            q.event("MIGRATION", "{\"status\":\"active\"}");
            q.event("MIGRATION", "{\"status\":\"completed\"}");
            q.reply(next(q, said), "{}");
        })) {
            host.listen(dirs.qmp(), qemu::open);
            assertThat(new VmExecutor(note -> {}).run(build(template), host)).containsOnlyKeys("boot_ms", "save_ms");
        }
        assertThat(said.stream().map(s -> s.split(" ")[0]))
                .containsExactly("query-migrate-capabilities", "stop", "migrate-set-capabilities", "migrate", "quit");
        assertThat(said.get(3)).contains("file:/mnt/ramdisk/state.tplctl-new");
        Manifest manifest = Manifest.parse(text("/mnt/ramdisk/state.json")).orElseThrow();
        assertThat(manifest.specDigest()).isEqualTo(template.specDigest());
        assertThat(manifest.memory().get(0).stamp() + manifest.state().stamp()).isEqualTo("stamp-1stamp-2");
        assertThat(manifest.disks())
                .singleElement()
                .satisfies(d -> assertThat(d.path())
                        .isEqualTo("/var/lib/tplctl/templates/base/" + manifest.id() + "/disk.qcow2"));
        assertThat(host.mode("/mnt/ramdisk/state.json")).contains("0400");
        int placed = indexOfScript("mv -f -- /mnt/hugetlb/memory.tplctl-new");
        assertThat(indexOfScript("mv -- /var/lib/tplctl/templates/base/.building"))
                .isBetween(0, placed - 1);
        assertThat(indexOfScript("for build in")).isGreaterThan(placed);
    }

    @Test
    void aTemplateThatCannotBeSavedLeavesNoManifestAndNoDrafts() throws IOException {
        TemplateInfo template = Samples.template(Samples.machine("{ram: 1G}"));
        Layout.Dirs dirs = Layout.building("base");
        write(dirs.log(), "qemu: disk full\n");
        try (FakeQemu qemu = FakeQemu.ready(socket, q -> {
            q.reply(q.next(), CAPABILITIES);
            q.reply(q.next(), "{}");
            q.reply(q.next(), "{}");
            q.reply(q.next(), "{}");
            q.event("MIGRATION", "{\"status\":\"failed\"}");
            q.awaitClose();
        })) {
            host.listen(dirs.qmp(), qemu::open);
            assertThat(failure(build(template)))
                    .hasMessageContaining("the machine's state could not be saved")
                    .hasMessageContaining("disk full");
        }
        assertThat(scripts).noneMatch(s -> s.contains("mv -f"));
        assertThat(scripts).last().asString().contains("rm -f -- /mnt/hugetlb/memory.tplctl-new");
        assertThat(host.calls("put")).doesNotContain("/mnt/ramdisk/state.json");
    }

    private static VmTask.BuildTemplate build(TemplateInfo template) {
        return new VmTask.BuildTemplate(
                template,
                Samples.PLATFORM,
                "site",
                Ready.RUNNING,
                "stamp",
                List.of(),
                Sh.of("prepare-it"),
                List.of("qemu-system-x86_64"));
    }

    private int indexOfScript(String part) {
        for (int i = 0; i < scripts.size(); i++) {
            if (scripts.get(i).contains(part)) {
                return i;
            }
        }
        return -1;
    }
}
