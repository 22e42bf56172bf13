package tplctl.machine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.kind.Durations;
import tplctl.kind.EmulatorTask;
import tplctl.kind.Sh;

/** What is done with an emulator. */
public sealed interface VmTask extends EmulatorTask
        permits VmTask.BuildTemplate,
                VmTask.StartVm,
                VmTask.StopVm,
                VmTask.MoveVm,
                VmTask.ForgetMove,
                VmTask.CopyTemplate,
                GuestTask {

    /**
     * Boots a template's machine, waits until it is ready, saves it, and seals the files. The manifest comes last: until then the
     * files have other names, and an interrupted build is none.
     *
     * @param prepare clears what an interrupted build left and makes the overlays
     * @param inputs see {@link Manifest#inputs}
     */
    record BuildTemplate(
            TemplateInfo template,
            Platform platform,
            String owner,
            Ready ready,
            String emulatorStamp,
            List<String> inputs,
            Sh prepare,
            List<String> argv)
            implements VmTask {
        public Layout.Dirs dirs() {
            return Layout.building(template.name());
        }

        @Override
        public List<String> shown() {
            List<String> lines = new ArrayList<>(prepare.shown().lines().toList());
            lines.add(HostScripts.shown(argv, Optional.empty()));
            lines.add("wait for " + ready);
            lines.add("QMP stop; migrate-set-capabilities " + platform.flavour().capability() + "=true; migrate to "
                    + template.state()
                    + "; quit");
            lines.add("seal " + template.memoriesShown() + ", " + template.state()
                    + " and the disk (mode 0400, SHA-256); write " + template.manifest());
            return lines;
        }

        @Override
        public String doing() {
            return "build the template " + template.name();
        }
    }

    /**
     * Starts a VM and waits until it is ready.
     *
     * @param prepare makes its directories and disks and writes its spec
     * @param state the device state to load; empty for a plain boot
     * @param guest what its guest is told before the cards come and it has to be ready
     * @param cards the cards to plug in after the load
     */
    record StartVm(
            String name,
            Layout.Dirs dirs,
            Sh prepare,
            List<String> argv,
            Optional<String> state,
            Platform platform,
            Optional<GuestTask> guest,
            List<Machine.Nic> cards,
            Ready ready)
            implements VmTask {
        @Override
        public List<String> shown() {
            List<String> lines = new ArrayList<>(prepare.shown().lines().toList());
            lines.add(HostScripts.shown(argv, state.filter(s -> platform.loadsFromDescriptor())));
            state.ifPresent(file -> lines.add(
                    platform.loadsAtStart()
                            ? "QMP cont, as soon as the state is loaded"
                            : "QMP migrate-set-capabilities "
                                    + platform.flavour().capability() + "=true; migrate-incoming " + incomingUri()
                                    + "; cont"));
            guest.ifPresent(task -> lines.addAll(task.shown()));
            for (int i = 0; i < cards.size(); i++) {
                lines.add("QMP netdev_add " + cards.get(i).netdev() + ",id=net" + i + "; device_add "
                        + cards.get(i).model() + ",id=nic" + i);
            }
            return lines;
        }

        /** The URI that the emulator loads the state from. */
        public String incomingUri() {
            return platform.loadsFromDescriptor()
                    ? "fd:" + HostScripts.STATE_DESCRIPTOR
                    : "file:" + state.orElseThrow();
        }

        @Override
        public String doing() {
            return state.isPresent() ? "start the clone " + name : "boot " + name;
        }
    }

    /** Shuts a VM down: asks the guest, and after {@code grace} ends the emulator. Nothing to do when it does not run. */
    record StopVm(String name, Layout.Dirs dirs, Duration grace) implements VmTask {
        public static final Duration DEFAULT_GRACE = Duration.ofSeconds(10);

        @Override
        public List<String> shown() {
            return List.of("QMP system_powerdown on " + dirs.qmp() + "; after " + Durations.shown(grace) + " quit");
        }

        @Override
        public String doing() {
            return "shut down " + name;
        }
    }

    /**
     * Brings a running VM from one host to another, live, and finishes or undoes whatever an earlier attempt left, as {@link
     * Remnants} decides from what both emulators say. When it is done, the VM runs on {@code to} with {@code up} and without {@code
     * incoming}; on {@code from} there is its {@code .moved} mark and nothing else of it; a {@code .moved} mark of its own that
     * {@code to} had is gone. When it fails before the switch-over, the VM runs on {@code from} and {@code to} has nothing of it.
     *
     * @param dirs the same on both hosts
     * @param identity its name and UUID
     * @param record its record, which goes along unchanged; empty in a plan for a VM that is not there yet
     * @param machine its hardware
     * @param cards its cards; their addresses and slots are asked of the emulator on {@code from}
     * @param template the template that it is a clone of, with the paths that its files have on both hosts
     * @param backing the files that its disks stand on: each must be on {@code to}, with the same digest, before it starts there.
     *     Those of the template's builds are copied when they are missing, any other that is missing is a failure
     * @param restart how it is started on {@code from} when it is found there without a process and has to move all the same
     * @param ready when it counts as up where it has to be booted on {@code to}
     */
    record MoveVm(
            Layout.Dirs dirs,
            Identity identity,
            String owner,
            String from,
            String to,
            Transfer transfer,
            Optional<VmRecord> record,
            Machine machine,
            List<Machine.Nic> cards,
            Optional<Moved> template,
            List<String> backing,
            Optional<StartVm> restart,
            Ready ready)
            implements VmTask {
        /** What of the VM's RAM is sent. */
        public enum Mode {
            /** Pages that differ from the template's; all of them where that cannot be done, with a warning. */
            AUTO,
            /** Pages that differ from the template's; a failure where that cannot be done. */
            TEMPLATE_AWARE,
            FULL
        }

        /**
         * How it is sent.
         *
         * @param address where the source reaches the destination
         * @param port on which the destination listens; 0 for any that is free
         * @param tls between the hosts; without it the emulators speak to each other plainly
         * @param copiesDisks whether the overlays are copied; else both hosts see the same files
         * @param bandwidth bytes a second; empty for as fast as it goes
         * @param maxDowntime QEMU's downtime-limit; empty for its default
         * @param limit of the whole
         */
        public record Transfer(
                Mode mode,
                String address,
                int port,
                boolean tls,
                boolean copiesDisks,
                Optional<Long> bandwidth,
                Optional<Duration> maxDowntime,
                Duration limit) {}

        /**
         * A template that a moving VM is a clone of.
         *
         * @param manifest as it is on the host that the VM leaves; empty when there is none, or not yet
         * @param copied whether its files are not on the other host, and go there first
         */
        public record Moved(TemplateInfo info, Optional<Manifest> manifest, boolean copied) {}

        public MoveVm {
            cards = List.copyOf(cards);
            backing = List.copyOf(backing);
        }

        public String name() {
            return identity.name();
        }

        @Override
        public List<String> shown() {
            List<String> lines = new ArrayList<>();
            template.filter(Moved::copied)
                    .ifPresent(t -> lines.add("copy the template " + t.info().name() + " from " + from + " to " + to
                            + ": " + t.info().memoriesShown() + ", " + t.info().state() + ", its disks, and last "
                            + t.info().manifest()));
            lines.add("on " + to + ": " + HostScripts.shown(arriving("GUID", List.of()), Optional.empty()));
            lines.add("on " + to + ": QMP migrate-incoming unix:" + dirs.incomingSocket());
            lines.add("on " + from + ": QMP migrate unix:" + dirs.outgoingSocket());
            return lines;
        }

        /** The command line of its emulator on {@code to}; see {@link CommandLine#arriving}. */
        public List<String> arriving(String guid, List<CommandLine.Slot> slots) {
            Platform platform = record.map(VmRecord::platform).orElseGet(() -> Platform.unknown(machine));
            return CommandLine.arriving(
                    machine,
                    platform,
                    dirs,
                    template.map(t -> t.info().memories()).orElse(List.of()),
                    identity,
                    guid,
                    cards,
                    slots);
        }

        @Override
        public String doing() {
            return "move " + name() + " from " + from + " to " + to;
        }
    }

    /** Removes a host's marks that a VM left it for another; for a VM that is gone from there. */
    record ForgetMove(String name, String host) implements VmTask {
        @Override
        public List<String> shown() {
            return List.of("on " + host + ": " + script().shown());
        }

        public Sh script() {
            return MoveScripts.forget(name);
        }

        @Override
        public String doing() {
            return "forget on " + host + " that " + name + " moved";
        }
    }

    /**
     * Brings a template's files from the host that built it, straight to this one: RAM file, state, the build's frozen disks and their
     * empty overlays, under draft names; compares the digests; writes the manifest, with this host's own stamps, last.
     *
     * @param manifest as it is on {@code from}; empty in a plan in which that is still to be built
     * @param address where {@code from} reaches {@code to}
     * @param emulatorStamp of the program on this host, for the manifest, as {@code inputs}
     */
    record CopyTemplate(
            TemplateInfo template,
            Optional<Manifest> manifest,
            String from,
            String to,
            String address,
            String owner,
            String emulatorStamp,
            List<String> inputs)
            implements VmTask {
        public CopyTemplate {
            inputs = List.copyOf(inputs);
        }

        @Override
        public List<String> shown() {
            return List.of("copy the template " + template.name() + " from " + from + " to " + to + ": "
                    + template.memoriesShown() + ", " + template.state() + ", its disks, and last "
                    + template.manifest());
        }

        @Override
        public String doing() {
            return "copy the template " + template.name() + " from " + from;
        }
    }
}
