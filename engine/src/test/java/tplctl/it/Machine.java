package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tplctl.lab.WholeMachine;

/**
 * What a test must leave as it found it: emulators, mounts, tplctl's own directories; and huge pages, by a test that has the {@link
 * WholeMachine}.
 */
record Machine(Set<String> emulators, Set<String> mounts, String hugePages, Set<String> kept) {
    static Machine now() {
        return new Machine(
                emulatorsRunning(),
                lines("grep -E ' (tmpfs|hugetlbfs) ' /proc/mounts | cut -d' ' -f2"),
                WholeMachine.isHeld() ? Shell.sh("cat /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages") : "",
                lines("find /run/tplctl/vms /run/tplctl/templates /var/lib/tplctl/vms /var/lib/tplctl/templates"
                        + " /var/lib/tplctl/owned -mindepth 1 -maxdepth 1 2>/dev/null"));
    }

    /** Fails when anything is left that was not there before. */
    void isAsBefore() {
        assertThat(now()).isEqualTo(this);
    }

    static Set<String> emulatorsRunning() {
        // Of this mount namespace only: what other runs on the machine start is theirs.
        return lines("here=$(readlink /proc/self/ns/mnt); for s in /proc/[0-9]*/stat; do"
                + " { read -r l < $s; } 2>/dev/null || continue; case $l in *'(qemu-system-'*') Z '*) ;; *'(qemu-system-'*)"
                + " [ \"$(readlink ${s%stat}ns/mnt)\" != \"$here\" ] || echo ${l%% *};; esac; done");
    }

    static boolean runs(long pid) {
        return emulatorsRunning().contains(Long.toString(pid));
    }

    /** What a VM's serial console printed since its emulator started, without the firmware's escape sequences. */
    static List<String> serialLog(String vm) {
        Path log = Path.of("/run/tplctl/vms", vm, "serial.log");
        return Files.exists(log)
                ? Shell.run("cat", log.toString())
                        .replaceAll("\u001b(c|\\[[0-9;?]*[A-Za-z])", "")
                        .lines()
                        .map(String::strip)
                        .toList()
                : List.of();
    }

    private static Set<String> lines(String script) {
        return Shell.sh(script).lines().filter(l -> !l.isBlank()).collect(Collectors.toCollection(TreeSet::new));
    }
}
