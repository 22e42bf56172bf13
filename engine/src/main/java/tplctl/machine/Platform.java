package tplctl.machine;

/**
 * What a host turned the machine's choices into; kept in the manifest, so that a template and its clones agree.
 *
 * @param machineType the versioned machine type
 * @param accel {@code kvm} or {@code tcg}
 * @param accelReason why not kvm; empty under kvm or when the user chose
 * @param version the emulator's version
 */
public record Platform(String machineType, String accel, String accelReason, QemuVersion version, Flavour flavour) {
    /** Stands for what is not known before the emulator is there; only ever shown. */
    public static Platform unknown(Machine machine, Flavour flavour) {
        String accel = machine.accel().equals("auto") ? "tcg" : machine.accel();
        return new Platform(machine.type(), accel, "", QemuVersion.UNKNOWN, flavour);
    }

    /** {@link #unknown(Machine, Flavour)} where nothing was said of a flavour. */
    public static Platform unknown(Machine machine) {
        return unknown(machine, Flavour.STOCK);
    }

    /** Whether a clone's emulator loads the state by an option of its command line, before anybody can speak to it. */
    public boolean loadsAtStart() {
        return flavour == Flavour.OSNET;
    }

    /** Whether the RAM file can be mapped so that no clone can punch holes in it (readonly=on,rom=off, QEMU 8.2). */
    public boolean mapsTemplateReadOnly() {
        return version.atLeast(8, 2);
    }

    /** Whether {@code migrate} takes a {@code file:} URI (QEMU 8.2). */
    public boolean savesToFile() {
        return version.atLeast(8, 2);
    }

    /** Whether a clone loads the state from a descriptor that it inherits: {@code fd:} of a plain file went with QEMU 11.0. */
    public boolean loadsFromDescriptor() {
        return !loadsAtStart() && !version.atLeast(11, 0);
    }
}
