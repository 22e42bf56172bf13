package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.lab.Lab;
import tplctl.lab.LabHost;
import tplctl.lab.SlowLink;

/** Two hosts, o41 with a template of the quickstart's guest and clones of it, and o40, where they go. */
final class MoveLab implements AutoCloseable {
    private static final Pattern COUNT = Pattern.compile("(?m)^count ([0-9]+)\r?$");

    /** The exit code while another run has a host. */
    static final int LOCKED = 6;

    final Path dir;
    final Lab lab;
    final LabHost from;
    final LabHost to;
    private String vms = "web-1: { template: base, nics: [{ netdev: user }] }";
    private String ram = "/mnt/ram";
    private String memory = "/mnt/ram/memory";
    private String mounts = "";
    private String odd = "";
    private String vmsThere = "";
    private boolean fleet;

    MoveLab(Path dir) {
        this.dir = dir;
        this.lab = Lab.up(2);
        this.to = lab.host(0);
        this.from = lab.host(1);
        inventory("o40: " + variables(to), "o41: " + variables(from));
    }

    /** In place of o41 there is this machine, with its memory files under a directory that other tests have nothing in. */
    MoveLab local(String directory) {
        ram = directory;
        memory = directory + "/memory";
        inventory("o40: " + variables(to), "o41: { ansible_connection: local, ansible_host: " + gateway() + " }");
        return this;
    }

    /** How the engine's inventory reaches a host. */
    String variables(LabHost host) {
        return "{ ansible_host: " + host.address() + ", ansible_user: root, ansible_ssh_private_key_file: " + lab.key()
                + ", ansible_ssh_common_args: \"-o UserKnownHostsFile=" + lab.knownHosts() + "\" }";
    }

    void inventory(String... hosts) {
        Tplctl.write(dir, "inventory.yml", "all:\n  hosts:\n    " + String.join("\n    ", hosts) + "\n");
    }

    /** What o41 declares in {@code vms}. */
    MoveLab vms(String entries) {
        vms = entries;
        return this;
    }

    /** Another template on o41, of the same machine with these lines more. */
    MoveLab template(String name, String more) {
        odd = template(name, ram + "/" + name + "-memory", ram + "/" + name + "-state", more, "");
        return this;
    }

    /** From now on both hosts declare the template, which o41 builds, and o40 declares these VMs. */
    MoveLab fleet(String vmsOfO40) {
        fleet = true;
        vmsThere = vmsOfO40;
        return this;
    }

    /** Only o41 declares the template, and VMs. */
    MoveLab unfleet() {
        fleet = false;
        vmsThere = "";
        return this;
    }

    private static String template(String name, String memory, String state, String more, String keys) {
        return """
                    %s:
                      machine:
                        ram: 128M
                        disk: disk
                        kernel: "%s"
                        initrd: "%s"
                        append: console=ttyS0 quiet mitigations=off no_timer_check
                        %s
                      memory: %s
                      state: %s
                      ready: { serial: GUEST-READY, timeout: 4m }
                      %s
                """.formatted(name, Guest.kernel(), Guest.initrd(), more, memory, state, keys);
    }

    /** The template's RAM file lies on huge pages, which both hosts have mounted. */
    MoveLab onHugePages() {
        memory = "/mnt/huge/memory";
        mounts = "    huge: { type: hugetlbfs, path: /mnt/huge }\n";
        return this;
    }

    /** Writes the playbook, with these entries of {@code migrations}, if any. */
    void write(String... migrations) {
        String moves = migrations.length == 0 ? "" : "- migrations:\n    " + String.join("\n    ", migrations) + "\n";
        String base = template("base", memory, ram + "/state", "", fleet ? "build_on: o41" : "");
        StringBuilder text = new StringBuilder("""
                - hosts: o40,o41
                  mounts:
                    ram: { type: tmpfs, path: %s, size: 700M }
                %s  images:
                    disk: { path: /var/lib/tplctl/images/disk.qcow2, size: 64M }
                """.formatted(ram, mounts));
        text.append(fleet ? "  templates:\n" + base : "");
        text.append("- hosts: o41\n");
        text.append(fleet && odd.isEmpty() ? "" : "  templates:\n" + (fleet ? "" : base) + odd);
        text.append("  vms:\n    ").append(vms).append('\n');
        text.append(vmsThere.isEmpty() ? "" : "- hosts: o40\n  vms:\n    " + vmsThere + "\n");
        Tplctl.write(dir, "site.yml", text + moves);
    }

    Tplctl.Result tplctl(String... arguments) {
        return started(arguments).await();
    }

    Tplctl.Running started(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-i", "inventory.yml", "site.yml"));
        return Tplctl.start(dir, all.toArray(String[]::new));
    }

    /** Applies, when the lock of a run that was killed is gone with its connection. */
    Tplctl.Result applied() {
        Tplctl.Result result = tplctl("apply", "--yes");
        while (result.exit() == LOCKED) {
            result = tplctl("apply", "--yes");
        }
        return result;
    }

    /** Applies and expects that nothing was to do. */
    void settled() {
        JsonObject again = Json.of(tplctl("apply", "-o", "json").exits(0));
        assertThat(again.getAsJsonObject("summary").get("changed").getAsInt())
                .as(again::toString)
                .isZero();
    }

    static JsonObject resource(JsonObject document, String id) {
        for (JsonElement each : document.getAsJsonArray("resources")) {
            if (each.getAsJsonObject().get("id").getAsString().equals(id)) {
                return each.getAsJsonObject();
            }
        }
        throw new AssertionError("no " + id + " in " + document);
    }

    /** A way for the migrations' port between the hosts that can be made slow; reached under {@link #detour}. */
    SlowLink detour(int port) {
        return new SlowLink(new InetSocketAddress(gateway(), port), new InetSocketAddress(to.address(), port));
    }

    /** What a migration that goes over a {@link #detour} says of its way. */
    String by(int port) {
        return "address: " + gateway() + ", port: " + port;
    }

    private String gateway() {
        return to.address().replaceFirst("[0-9]+$", "1");
    }

    static String console(LabHost host, String vm) {
        return host.exec("cat /run/tplctl/vms/" + vm + "/serial.log 2>/dev/null || :");
    }

    /** The counts that a guest printed, in their order. */
    static List<Integer> counted(String console) {
        List<Integer> counts = new ArrayList<>();
        Matcher line = COUNT.matcher(console);
        while (line.find()) {
            counts.add(Integer.parseInt(line.group(1)));
        }
        return counts;
    }

    static int count(LabHost host, String vm) {
        return counted(console(host, vm)).stream().mapToInt(i -> i).max().orElse(0);
    }

    static void counts(LabHost host, String vm, int beyond) {
        Shell.await(vm + " counts beyond " + beyond, Duration.ofMinutes(2), () -> count(host, vm) > beyond);
    }

    /** How many emulators a host runs. */
    static long emulators(LabHost host) {
        return host.exec("pgrep -c qemu-system || :")
                .lines()
                .mapToLong(l -> Long.parseLong(l.strip()))
                .sum();
    }

    /** Whether an emulator of that VM runs. */
    static boolean alive(LabHost host, String vm) {
        return !host.exec("pgrep -f -- '-name " + vm + " ' || :").isBlank();
    }

    /** What the emulator's monitor answers, which it does also while a relay has its QMP. */
    static String monitor(LabHost host, String vm, String command) {
        return host.exec("""
                python3 - <<'END' || :
                import socket
                s = socket.socket(socket.AF_UNIX)
                try:
                    s.connect("/run/tplctl/vms/%s/monitor.sock")
                    s.settimeout(10)
                    for line in "%s\\n", "":
                        got = b""
                        while not got.endswith(b"(qemu) "):
                            got += s.recv(4096) or exit()
                        s.sendall(line.encode())
                    print(got.decode())
                except OSError:
                    pass
                END
                """.formatted(vm, command));
    }

    /** By the monitor's {@code info status}; {@code none} without an emulator. */
    static String state(LabHost host, String vm) {
        Matcher status = Pattern.compile("VM status: ([^\r\n]*)").matcher(monitor(host, vm, "info status"));
        return status.find() ? status.group(1) : "none";
    }

    static void awaitState(LabHost host, String vm, String wanted) {
        Shell.await(
                vm + " on " + host.name() + " is " + wanted,
                Duration.ofSeconds(60),
                () -> state(host, vm).equals(wanted));
    }

    static void killRelays(LabHost host) {
        host.exec("pkill -9 -f relay.jar || :; while pgrep -f relay.jar >/dev/null; do sleep 0.02; done");
    }

    static void killEmulator(LabHost host, String vm) {
        host.exec("pkill -9 -f -- '-name " + vm + " '; while pgrep -f -- '-name " + vm
                + " ' >/dev/null; do sleep 0.02; done");
    }

    static boolean exists(LabHost host, String path) {
        return host.exec("[ ! -e " + path + " ] || echo yes").equals("yes\n");
    }

    /** Nothing is left of a VM but its mark. */
    void hasLeft(String vm) {
        assertThat(alive(from, vm)).as("an emulator on the source").isFalse();
        assertThat(from.exec("ls -d /run/tplctl/vms/" + vm + "* /var/lib/tplctl/vms/" + vm + "* 2>/dev/null || :"))
                .isEqualTo("/var/lib/tplctl/vms/" + vm + ".moved\n");
    }

    @Override
    public void close() {
        lab.close();
    }
}
