package tplctl.machine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.kind.Durations;
import tplctl.kind.EmulatorTask;
import tplctl.kind.Sh;

/** What is done with an emulator. */
public sealed interface VmTask extends EmulatorTask permits VmTask.BuildTemplate, VmTask.StartVm, VmTask.StopVm {

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
            lines.add("QMP stop; migrate-set-capabilities x-ignore-shared=true; migrate to " + template.state()
                    + "; quit");
            lines.add("seal " + template.memory() + ", " + template.state()
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
     * @param cards the cards to plug in after the load
     */
    record StartVm(
            String name,
            Layout.Dirs dirs,
            Sh prepare,
            List<String> argv,
            Optional<String> state,
            Platform platform,
            List<Machine.Nic> cards,
            Ready ready)
            implements VmTask {
        @Override
        public List<String> shown() {
            List<String> lines = new ArrayList<>(prepare.shown().lines().toList());
            lines.add(HostScripts.shown(argv, state.filter(s -> platform.loadsFromDescriptor())));
            state.ifPresent(file -> lines.add(
                    "QMP migrate-set-capabilities x-ignore-shared=true; migrate-incoming " + incomingUri() + "; cont"));
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
}
