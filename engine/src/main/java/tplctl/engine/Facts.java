package tplctl.engine;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.diag.Position;
import tplctl.host.CommandResult;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.host.Script;
import tplctl.machine.QemuVersion;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** What a host is, for expressions: {@code facts.cpus}, {@code facts.os.id}, {@code facts.qemu.version}. Gathered when first used. */
public final class Facts {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String SCRIPT = """
            printf 'arch %s\\n' "$(uname -m)"
            printf 'kernel %s\\n' "$(uname -r)"
            printf 'hostname %s\\n' "$(uname -n)"
            printf 'cpus %s\\n' "$(grep -c '^processor' /proc/cpuinfo)"
            while read -r key value unit; do
              [ "$key" = MemTotal: ] && printf 'memory %s\\n' "$((value * 1024))"
            done < /proc/meminfo
            if grep -qwE 'vmx|svm' /proc/cpuinfo && [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
              echo 'kvm true'
            else
              echo 'kvm false'
            fi
            if [ -r /etc/os-release ]; then
              . /etc/os-release
              printf 'os.id %s\\nos.version %s\\nos.name %s\\n' "$ID" "$VERSION_ID" "$PRETTY_NAME"
            fi
            for pool in /sys/kernel/mm/hugepages/hugepages-*kB; do
              [ -d "$pool" ] || continue
              kb=${pool##*hugepages-}
              kb=${kb%kB}
              size=${kb}K
              [ "$kb" -ge 1024 ] && size=$((kb / 1024))M
              [ "$kb" -ge 1048576 ] && size=$((kb / 1048576))G
              read -r total < "$pool/nr_hugepages"
              read -r free < "$pool/free_hugepages"
              printf 'hugepages.%s.total %s\\nhugepages.%s.free %s\\n' "$size" "$total" "$size" "$free"
            done
            if emulator=$(command -v qemu-system-x86_64); then
              printf 'qemu.path %s\\n' "$emulator"
              "$emulator" --version </dev/null | { read -r line; printf 'qemu.banner %s\\n' "$line"; }
            fi
            :
            """;

    private Facts() {}

    /** Asks a host what it is. */
    public static Node gather(Host host) {
        CommandResult result = host.query(new Script(SCRIPT, "gather facts"), LIMIT);
        if (!result.ok()) {
            throw HostException.unexpected(host.name(), new Script(SCRIPT, "gather facts"), result);
        }
        return parse(host.name(), result.stdout().lines().toList());
    }

    static Node parse(String host, List<String> lines) {
        Tree root = new Tree();
        for (String line : lines) {
            int space = line.indexOf(' ');
            if (space > 0) {
                root.put(line.substring(0, space), line.substring(space + 1));
            }
        }
        Optional.ofNullable(root.texts.get("qemu.banner"))
                .flatMap(QemuVersion::ofBanner)
                .ifPresent(v -> root.put("qemu.version", v.toString()));
        return root.node(new Position("<facts of " + host + ">", 1, 1));
    }

    /** Dotted names to nested mappings. */
    private static final class Tree {
        private final Map<String, String> texts = new LinkedHashMap<>();

        void put(String path, String text) {
            texts.put(path, text);
        }

        Node node(Position at) {
            return node("", at);
        }

        private Node node(String prefix, Position at) {
            Map<String, Node> children = new LinkedHashMap<>();
            for (Map.Entry<String, String> entry : texts.entrySet()) {
                if (!entry.getKey().startsWith(prefix)) {
                    continue;
                }
                String rest = entry.getKey().substring(prefix.length());
                int dot = rest.indexOf('.');
                String name = dot < 0 ? rest : rest.substring(0, dot);
                if (!children.containsKey(name)) {
                    Node leaf = new Scalar(entry.getValue(), true, at);
                    children.put(name, dot < 0 ? leaf : node(prefix + name + ".", at));
                }
            }
            Map<Scalar, Node> entries = new LinkedHashMap<>();
            children.forEach((name, child) -> entries.put(new Scalar(name, true, at), child));
            return new MapNode(entries, at);
        }
    }
}
