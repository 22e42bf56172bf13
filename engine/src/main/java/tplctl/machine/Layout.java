package tplctl.machine;

/** Where things lie on a host: {@code /run} holds what a reboot may take, {@code /var/lib} what it may not. */
public final class Layout {
    public static final String RUN = "/run/tplctl";
    public static final String LIB = "/var/lib/tplctl";

    private Layout() {}

    /**
     * The two directories of a VM, or of a template while it is built.
     *
     * @param run sockets, pid, console log
     * @param lib overlay disks, spec, marks
     */
    public record Dirs(String run, String lib) {
        public String pid() {
            return run + "/pid";
        }

        public String qmp() {
            return run + "/qmp.sock";
        }

        public String serial() {
            return run + "/serial.sock";
        }

        public String serialLog() {
            return run + "/serial.log";
        }

        public String monitor() {
            return run + "/monitor.sock";
        }

        /** Where qemu-guest-agent in the guest is spoken to. */
        public String agent() {
            return run + "/agent.sock";
        }

        /** What the emulator itself said. */
        public String log() {
            return run + "/qemu.log";
        }

        /** There once the child that wrote a template's state ended, with its exit code. */
        public String saved() {
            return run + "/saved";
        }

        public String spec() {
            return lib + "/spec.json";
        }

        /** There once the VM was ready for the first time. */
        public String up() {
            return lib + "/up";
        }

        /**
         * On the host that a VM leaves: there, with a {@link MoveMark} in it, from before its emulator is told to until it is known
         * how that ended.
         */
        public String moving() {
            return lib + ".moving";
        }

        /** On the host that a VM left: there once the emulator has handed everything over. Nothing is started beside it. */
        public String moved() {
            return lib + ".moved";
        }

        /** On the host that a VM comes to: there until it runs, and so belongs, there. */
        public String incoming() {
            return run + "/incoming";
        }

        /** Where an arriving VM's emulator listens for its state. */
        public String incomingSocket() {
            return run + "/incoming.sock";
        }

        /** Where a leaving VM's emulator sends its state to. */
        public String outgoingSocket() {
            return run + "/outgoing.sock";
        }

        public String disk(int index) {
            return lib + "/disk" + (index == 0 ? "" : Integer.toString(index)) + ".qcow2";
        }
    }

    public static Dirs vm(String name) {
        return new Dirs(RUN + "/vms/" + name, LIB + "/vms/" + name);
    }

    /** A template's build: its disks lie in {@code .building} until the template is sealed. */
    public static Dirs building(String name) {
        return new Dirs(RUN + "/templates/" + name, LIB + "/templates/" + name + "/.building");
    }

    public static String template(String name) {
        return LIB + "/templates/" + name;
    }

    /** A sealed template's frozen disks and the empty overlays that clones copy. */
    public static Dirs frozen(String name, String id) {
        return new Dirs(RUN + "/templates/" + name, template(name) + "/" + id);
    }
}
