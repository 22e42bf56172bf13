package tplctl.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;

/**
 * Hosts for benchmarks and for trying things by hand: {@code LabMain N INVENTORY [FIRST]}. Writes an inventory of N hosts, prints
 * {@code ready}, and takes the hosts away when its stdin ends. With FIRST they have the addresses from 10.128.0.40 on.
 */
final class LabMain {
    private LabMain() {}

    public static void main(String[] args) throws IOException {
        HostSpec[] specs =
                Collections.nCopies(Integer.parseInt(args[0]), HostSpec.PLAIN).toArray(HostSpec[]::new);
        try (Lab lab = args.length > 2 ? Lab.atFirstAddresses(specs) : Lab.up(specs)) {
            StringBuilder text = new StringBuilder("[all]\n");
            for (int i = 0; i < specs.length; i++) {
                text.append("o")
                        .append(40 + i)
                        .append(" ansible_host=")
                        .append(lab.host(i).address())
                        .append('\n');
            }
            text.append("\n[all:vars]\nansible_user=root\nansible_ssh_private_key_file=")
                    .append(lab.key(LabKeys.Type.ED25519))
                    .append("\nansible_ssh_common_args=-o UserKnownHostsFile=")
                    .append(lab.knownHosts())
                    .append('\n');
            Files.writeString(Path.of(args[1]), text);
            System.out.println("ready");
            while (System.in.read() >= 0) {
                // Until whoever started it is done.
            }
        }
    }
}
