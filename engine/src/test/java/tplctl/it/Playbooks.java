package tplctl.it;

import java.nio.file.Path;

/** Playbooks of a template and its clones for the quickstart's guest, in a directory of the test's. */
final class Playbooks {
    private Playbooks() {}

    /** A template {@code base} on a tmpfs, and whatever VMs follow. */
    static String onTmpfs(Path home, String prefix, String machine, String vms) {
        return """
                - hosts: localhost
                  mounts:
                    ram: { type: tmpfs, path: "%1$s/ram", size: 320M }
                  directories:
                    home: { path: "%1$s" }
                  images:
                    disk: { path: "%1$s/disk.qcow2", size: 64M }
                  templates:
                    %2$s-base:
                      machine:
                        %3$s
                        disk: disk
                        kernel: "%4$s"
                        initrd: "%5$s"
                        append: console=ttyS0 quiet mitigations=off no_timer_check
                      memory: "%1$s/ram/memory"
                      state: "%1$s/ram/state"
                      ready: { serial: GUEST-READY, timeout: 2m }
                  vms:
                    %6$s
                """.formatted(home, prefix, machine, Guest.kernel(), Guest.initrd(), vms);
    }
}
