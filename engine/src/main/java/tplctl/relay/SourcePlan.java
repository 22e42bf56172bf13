package tplctl.relay;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a source has to know of a migration.
 *
 * @param qmp the emulator's QMP socket, to which nobody else is connected
 * @param via in {@link Mode#PLAIN} the URI for the emulator; else the path of the socket to listen on for it
 * @param templates in {@link Mode#TEMPLATE_AWARE} only, and then one at least
 * @param moving the mark that is there from before the stream until the emulator has completed
 * @param moved its name from then on
 * @param mark what is in it
 * @param limit for all until the machine is stopped
 * @param stopped for what happens while it is: how long the disks and the last of the memory may take
 * @param disks to be copied while it is stopped, in the destination's order
 */
record SourcePlan(
        Path qmp,
        Mode mode,
        String via,
        List<Template> templates,
        Path moving,
        Path moved,
        String mark,
        Duration limit,
        Duration stopped,
        List<Path> disks) {
    /** How the memory travels. */
    enum Mode {
        /** Through the relays, without what the destination's template has. */
        TEMPLATE_AWARE,
        /** Through the relays, all of it. */
        FULL,
        /** From emulator to emulator; the relays do the rest. */
        PLAIN;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * What the destination has of one RAM block.
     *
     * @param block the RAM block's name
     * @param memory the template's memory file
     */
    record Template(String block, Path memory) {}
}
