package tplctl.cli;

import tplctl.diag.Diagnostics;
import tplctl.text.Node;
import tplctl.text.YamlReader;

/** Facts for the commands that ask no host: those of an ordinary one. */
final class OrdinaryHost {
    private static final String FACTS = """
            arch: x86_64
            kernel: 6.1.0
            hostname: host
            cpus: 8
            memory: 17179869184
            kvm: true
            os: { id: debian, version: "12", name: Debian GNU/Linux 12 (bookworm) }
            hugepages:
              2M: { total: 2048, free: 2048 }
              1G: { total: 4, free: 4 }
            qemu:
              path: /usr/bin/qemu-system-x86_64
              version: 8.2.0
              banner: QEMU emulator version 8.2.0
            """;

    private OrdinaryHost() {}

    static Node facts() {
        return YamlReader.read("<facts>", FACTS, new Diagnostics())
                .orElseThrow(() -> new IllegalStateException("the built-in facts cannot be read"));
    }
}
