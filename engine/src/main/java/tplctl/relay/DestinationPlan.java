package tplctl.relay;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a destination has to know of a migration.
 *
 * @param qmp the emulator's QMP socket, to which nobody else is connected
 * @param stream the socket on which the emulator waits for the stream; empty when it comes from the other emulator directly
 * @param log what the emulator writes to, for its last words
 * @param incoming the mark that is there while the machine is not this host's
 * @param up the mark that is written once it runs
 * @param stale a mark of this host's own that it was moved away once, which goes when it runs
 * @param limit for all until the source has completed
 * @param disks what is written at switch-over; the emulator has them open
 */
record DestinationPlan(
        Path qmp,
        Optional<Path> stream,
        Optional<Path> log,
        Path incoming,
        Path up,
        Optional<Path> stale,
        Duration limit,
        List<Path> disks) {}
