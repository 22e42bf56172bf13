package tplctl.machine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tplctl.kind.AbsPath;
import tplctl.kind.ByteSize;
import tplctl.kind.Content;
import tplctl.kind.Links;

/**
 * A template as its clones see it.
 *
 * @param memory the RAM file of the first NUMA node; those of the others lie beside it
 * @param state the device state's file; the manifest lies beside it
 * @param on the declared file system that the RAM files lie on
 */
public record TemplateInfo(String name, Machine machine, AbsPath memory, AbsPath state, Optional<FileSystem> on) {
    // What a hugetlbfs has that is mounted without pagesize= on a kernel started without default_hugepagesz=.
    private static final ByteSize USUAL_HUGE_PAGE = ByteSize.mebi(2);

    /** The same template where the playbook declares the file systems that those links tell of. */
    public TemplateInfo lyingOn(Links links) {
        return new TemplateInfo(name, machine, memory, state, links.providing(memory, FileSystem.class));
    }

    /** The page size when the RAM files lie on a declared hugetlbfs. */
    public Optional<ByteSize> hugePages() {
        return on.filter(FileSystem::isHugetlbfs).map(fs -> fs.pageSize().orElse(USUAL_HUGE_PAGE));
    }

    /** The mount point when the RAM files lie on a declared tmpfs. */
    public Optional<AbsPath> tmpfs() {
        return on.filter(FileSystem::isTmpfs).map(FileSystem::path);
    }

    /** The RAM files, one for each NUMA node of the machine. */
    public List<AbsPath> memories() {
        List<AbsPath> files = new ArrayList<>();
        for (int node = 0; node < machine.nodes().size(); node++) {
            files.add(new AbsPath(memory(memory.text(), node)));
        }
        return files;
    }

    String memoriesShown() {
        return memories().stream().map(AbsPath::text).collect(Collectors.joining(", "));
    }

    /** The RAM file of a NUMA node: {@code memory}, {@code memory.1}, {@code memory.2}. */
    static String memory(String first, int node) {
        return node == 0 ? first : first + "." + node;
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
                machine, Platform.unknown(machine), anywhere, memories(), new Identity("NAME", "UUID"));
        String all = String.join("\0", argv) + "\0" + machine.accel() + "\0" + machine.diskNames() + "\0" + state;
        return Content.of(all.getBytes(StandardCharsets.UTF_8)).sha256().substring(0, 16);
    }
}
