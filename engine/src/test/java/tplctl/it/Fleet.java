package tplctl.it;

import java.nio.file.Path;
import tplctl.lab.HostSpec;
import tplctl.lab.Lab;

/** Hosts of a lab as the inventory of a user's project: h0, h1 and so on, with the same names in the inventory. */
final class Fleet implements AutoCloseable {
    /** A user who has read the hosts' keys, logs in as {@code deploy}, and acts as root when told to. */
    static final String DEPLOY = "ansible_user: deploy";

    final Lab lab;

    Fleet(HostSpec... specs) {
        lab = Lab.up(specs);
    }

    /** Writes {@code hosts.yml}; {@code vars} are lines of the group all's variables besides those that lead to the lab. */
    void inventory(Path directory, String... vars) {
        StringBuilder text = new StringBuilder("all:\n  hosts:\n");
        for (int i = 0; i < lab.size(); i++) {
            text.append("    h")
                    .append(i)
                    .append(": { ansible_host: ")
                    .append(lab.host(i).address())
                    .append(" }\n");
        }
        text.append("  vars:\n    ansible_ssh_private_key_file: ")
                .append(lab.key())
                .append("\n    ansible_ssh_common_args: -F none -o UserKnownHostsFile=")
                .append(lab.knownHosts())
                .append('\n');
        for (String line : vars) {
            text.append("    ").append(line).append('\n');
        }
        Tplctl.write(directory, "hosts.yml", text.toString());
    }

    /** What a script prints on a host. */
    String on(int host, String script) {
        return lab.host(host).exec(script).strip();
    }

    @Override
    public void close() {
        lab.close();
    }
}
