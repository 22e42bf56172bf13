package tplctl.relay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The list of RAM blocks that the "ram" section starts with (ram_save_setup, ram_load_precopy's MEM_SIZE). */
final class RamBlocks {
    /** Of the section "ram" (register_savevm_live in ram_mig_init). */
    static final int VERSION = 4;

    private static final long FLAGS = TemplatePages.PAGE_SIZE - 1;
    /** More than any machine has: slots of memory and PCI devices with a ROM are counted in hundreds. */
    private static final int MOST = 4096;

    private final Map<String, RamBlock> byName;
    private final long total;

    private RamBlocks(Map<String, RamBlock> byName, long total) {
        this.byName = byName;
        this.total = total;
    }

    /** Reads the whole list; refuses one that does not add up, or does not fit the templates. */
    static RamBlocks read(StreamReader in, Map<String, TemplatePages> templates) throws IOException {
        long start = in.offset();
        long first = in.u64("the total length of RAM");
        if ((first & FLAGS) != RamFlags.MEM_SIZE || first < 0) {
            throw new StreamFormatException(start, "the total length of RAM, with MEM_SIZE", StreamReader.hex(first));
        }
        long total = first & ~FLAGS;
        List<RamBlock> blocks = new ArrayList<>();
        Map<String, RamBlock> byName = new LinkedHashMap<>();
        long left = total;
        while (left > 0) {
            long at = in.offset();
            String name = in.name("the name of a RAM block");
            long length = in.u64("the length of RAM block " + name);
            if (length <= 0 || length > left || (length & FLAGS) != 0) {
                throw new StreamFormatException(
                        at, "a RAM block of whole pages, of at most " + left + " bytes", name + " of " + length);
            }
            RamBlock block = block(at, name, blocks.size(), length, templates);
            blocks.add(block);
            if (byName.put(name, block) != null || blocks.size() > MOST) {
                throw new StreamFormatException(at, "each RAM block once, and at most " + MOST, name);
            }
            left -= length;
        }
        for (String wanted : templates.keySet()) {
            if (!byName.containsKey(wanted)) {
                throw new StreamFormatException(
                        start, "the RAM block " + wanted + " of the template", "a list of " + byName.keySet());
            }
        }
        return new RamBlocks(byName, total);
    }

    private static RamBlock block(long at, String name, int index, long length, Map<String, TemplatePages> templates) {
        Optional<TemplatePages> template = Optional.ofNullable(templates.get(name));
        if (template.isPresent() && template.get().size() != length) {
            throw new StreamFormatException(
                    at,
                    "the RAM block " + name + " of its template's "
                            + template.get().size() + " bytes",
                    "one of " + length);
        }
        return new RamBlock(name, index, length, template);
    }

    void write(StreamWriter out) throws IOException {
        out.u64(total | RamFlags.MEM_SIZE);
        for (RamBlock each : byName.values()) {
            out.name(each.name());
            out.u64(each.length());
        }
    }

    Optional<RamBlock> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }
}
