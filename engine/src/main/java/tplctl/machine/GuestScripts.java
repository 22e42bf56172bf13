package tplctl.machine;

import java.util.ArrayList;
import java.util.List;
import tplctl.kind.Sh;

/** What is run in a Linux guest. POSIX sh, as root; nothing beyond what a minimal system has. */
public final class GuestScripts {
    private GuestScripts() {}

    /**
     * Gives the guest a host name, at once and for its next boots. In /etc/hosts a line for 127.0.1.1, where Debian has a host's own
     * name, follows.
     */
    public static Sh setHostname(String hostname) {
        int dot = hostname.indexOf('.');
        String names = dot < 0 ? hostname : hostname + " " + hostname.substring(0, dot);
        return Sh.of("""
                printf '%s\\n' {} > /etc/hostname.tplctl
                mv -f /etc/hostname.tplctl /etc/hostname
                if grep -q '^127\\.0\\.1\\.1[[:space:]]' /etc/hosts 2>/dev/null; then
                  sed {} /etc/hosts > /etc/hosts.tplctl
                  mv -f /etc/hosts.tplctl /etc/hosts
                fi
                printf '%s\\n' {} > /proc/sys/kernel/hostname""", hostname, "s/^127\\.0\\.1\\.1[[:space:]].*/127.0.1.1 " + names + "/", hostname);
    }

    /**
     * Gives the guest a machine-id. A system that boots for the first time has a file system of its own mounted on the file
     * (machine-id(5), "First Boot Semantics"). What systemd runs that reads the id once, at its start, is started again: the journal,
     * and the network, whose DHCP would else go by the old one.
     */
    public static Sh setMachineId(String id) {
        return Sh.of("""
                n=0
                while [ $n -lt 9 ] && grep -q ' /etc/machine-id ' /proc/self/mounts; do
                  umount /etc/machine-id
                  n=$((n+1))
                done
                printf '%s\\n' {} > /etc/machine-id.tplctl
                chmod 0444 /etc/machine-id.tplctl
                mv -f /etc/machine-id.tplctl /etc/machine-id
                if [ -f /var/lib/dbus/machine-id ] && [ ! -L /var/lib/dbus/machine-id ]; then
                  ln -sf /etc/machine-id /var/lib/dbus/machine-id
                fi
                if [ -d /run/systemd/system ]; then
                  for unit in systemd-journald systemd-networkd; do
                    ! systemctl is-active --quiet $unit.service || systemctl restart $unit.service
                  done
                fi""", id);
    }

    /**
     * Both, or one of them, on the guest's disk when it ends.
     *
     * @param machineId used when the guest is to have a new one
     */
    public static Sh become(GuestIdentity identity, String machineId) {
        List<Sh> lines = new ArrayList<>(List.of(Sh.of("set -e\numask 022")));
        identity.hostname().ifPresent(hostname -> lines.add(setHostname(hostname)));
        if (identity.newMachineId()) {
            lines.add(setMachineId(machineId));
        }
        lines.add(Sh.of("sync"));
        return Sh.lines(lines);
    }
}
