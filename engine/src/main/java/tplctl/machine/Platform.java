package tplctl.machine;

/**
 * What a host turned the machine's choices into; kept in the manifest, so that a template and its clones agree.
 *
 * @param machineType the versioned machine type
 * @param accel {@code kvm} or {@code tcg}
 * @param accelReason why not kvm; empty under kvm or when the user chose
 * @param version the emulator's version
 */
public record Platform(String machineType, String accel, String accelReason, QemuVersion version) {
    /** Stands for what is not known before the emulator is there; only ever shown. */
    public static Platform unknown(Machine machine) {
        return new Platform(
                machine.type(), machine.accel().equals("auto") ? "tcg" : machine.accel(), "", QemuVersion.UNKNOWN);
    }

    /** Whether the RAM file can be mapped so that no clone can punch holes in it (readonly=on,rom=off, QEMU 8.2). */
    public boolean mapsTemplateReadOnly() {
        return version.atLeast(8, 2);
    }

    /** Whether {@code migrate} takes a {@code file:} URI (QEMU 8.2). */
    public boolean savesToFile() {
        return version.atLeast(8, 2);
    }

    /** Whether {@code migrate-incoming fd:} takes a plain file (removed in QEMU 11.0). */
    public boolean loadsFromDescriptor() {
        return !version.atLeast(11, 0);
    }
}
