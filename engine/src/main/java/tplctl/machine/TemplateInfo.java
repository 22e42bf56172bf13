package tplctl.machine;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.ByteSize;
import tplctl.kind.Content;
import tplctl.kind.Links;

/**
 * A template as its clones see it.
 *
 * @param memory the RAM file
 * @param state the device state's file; the manifest lies beside it
 * @param hugePages the page size when the RAM file lies on a declared hugetlbfs
 * @param tmpfs the mount point when the RAM file lies on a declared tmpfs
 */
public record TemplateInfo(
        String name,
        Machine machine,
        AbsPath memory,
        AbsPath state,
        Optional<ByteSize> hugePages,
        Optional<AbsPath> tmpfs) {
    // What a hugetlbfs has that is mounted without pagesize= on a kernel started without default_hugepagesz=.
    private static final ByteSize USUAL_HUGE_PAGE = ByteSize.mebi(2);

    /** The same template where the playbook declares the file systems that those links tell of. */
    public TemplateInfo lyingOn(Links links) {
        Optional<FileSystem> lies = links.providing(memory, FileSystem.class);
        return new TemplateInfo(
                name,
                machine,
                memory,
                state,
                lies.filter(fs -> fs.type().equals("hugetlbfs"))
                        .map(fs -> fs.pageSize().orElse(USUAL_HUGE_PAGE)),
                lies.filter(fs -> fs.type().equals("tmpfs")).map(FileSystem::path));
    }

    public AbsPath manifest() {
        return state.plus(".json");
    }

    /**
     * What a template is made from, as 16 hexadecimal digits: two templates of one digest are interchangeable in the playbook's
     * eyes. The accelerator and the machine type count as the user wrote them; what the host made of them is the manifest's.
     */
    public String specDigest() {
        Layout.Dirs anywhere = new Layout.Dirs("RUN", "LIB");
        List<String> argv = CommandLine.template(
                machine, Platform.unknown(machine), anywhere, memory, new Identity("NAME", "UUID"));
        String all = String.join("\0", argv) + "\0" + machine.accel() + "\0" + machine.diskNames() + "\0" + state;
        return Content.of(all.getBytes(StandardCharsets.UTF_8)).sha256().substring(0, 16);
    }
}
