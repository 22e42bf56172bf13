package tplctl.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What must not be in a machine whose RAM is shared with a template. */
public final class SharingRules {
    /** The oldest release that a private destination of x-ignore-shared works with (QEMU 4.1's migration/ram.c). */
    public static final QemuVersion OLDEST = new QemuVersion(4, 1, 0);

    private record Rule(String word, String why) {}

    // ram_block_discard_range in QEMU's softmmu/physmem.c punches a hole into the file itself, also under a private
    // mapping.
    private static final List<Rule> PUNCH_HOLES = List.of(
            new Rule("balloon", "a balloon gives memory back by punching holes into the template's RAM file"),
            new Rule("virtio-mem", "virtio-mem unplugs memory by punching holes into the template's RAM file"),
            new Rule("free-page-reporting", "free page reporting punches holes into the template's RAM file"),
            new Rule("release-ram", "release-ram punches holes into the template's RAM file"),
            new Rule("postcopy", "incoming postcopy discards the template's RAM file"));

    private static final List<Rule> UNSHARE = List.of(
            new Rule("prealloc", "preallocation gives every clone a copy of all memory"),
            new Rule("mem-lock=on", "locking memory gives every clone a copy of all of it"),
            new Rule("mlock=on", "locking memory gives every clone a copy of all of it"),
            new Rule("vfio", "a passed-through device pins, and so copies, all memory"),
            new Rule("vhost-user", "vhost-user needs shared memory, which a clone's is not"));

    private SharingRules() {}

    /** Why such a machine cannot be a template or a clone under that emulator; empty when it can. */
    public static Optional<String> refusal(Machine machine, QemuVersion version) {
        for (String text : texts(machine)) {
            Optional<String> why = refusal(text, version);
            if (why.isPresent()) {
                return why.map(w -> "\"" + text + "\": " + w + "; leave it out");
            }
        }
        return Optional.empty();
    }

    /** Why these words, of an option or of a command, cannot be for such a machine; empty when they can. */
    static Optional<String> refusal(String text, QemuVersion version) {
        boolean punches = !version.equals(QemuVersion.UNKNOWN) && !version.atLeast(8, 2);
        String lower = text.toLowerCase(Locale.ROOT).replace("mem-lock=on-fault", "");
        return broken(UNSHARE, lower)
                .or(() -> (punches ? broken(PUNCH_HOLES, lower) : Optional.<String>empty())
                        .map(why -> why + ", and QEMU " + version + " cannot map it read-only (8.2 can)"));
    }

    private static Optional<String> broken(List<Rule> rules, String text) {
        return rules.stream()
                .filter(r -> text.contains(r.word()))
                .map(Rule::why)
                .findFirst();
    }

    private static List<String> texts(Machine machine) {
        List<String> texts = new ArrayList<>(machine.devices());
        texts.addAll(machine.extraArgs());
        machine.options().forEach((k, v) -> texts.add(k + "=" + v));
        return texts;
    }
}
