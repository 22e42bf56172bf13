package tplctl.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** One host of a {@link Lab}. */
public final class LabHost implements AutoCloseable {
    /** SHA-512 crypt(3) of {@link Lab#PASSWORD}. */
    private static final String PASSWORD_HASH =
            "$6$tplctllab$9NZ6lAaEPT/z072mNdyIG/NU1TdT/4oD7/Xa6ugF8TtnQB7AK7ct." + "OFJBfv3MePHUuCjmomHaW7KyN1mQHXUU.";

    private static final String SETUP = String.join(
            "\n",
            "set -eu",
            "mount -t tmpfs -o mode=0755 lab $D/own",
            "mkdir $D/own/etc $D/own/work $D/own/mnt $D/own/run $D/own/lib $D/own/home; mkdir -m 700 $D/own/root",
            "mkdir -p /run/tplctl /var/lib/tplctl /mnt /run/sshd",
            // A host may itself be on an overlay, on which there can be no other.
            "mount -t overlay -o lowerdir=/etc,upperdir=$D/own/etc,workdir=$D/own/work lab /etc 2>/dev/null ||",
            "  { cp -a /etc/. $D/own/etc/; mount --bind $D/own/etc /etc; }",
            "mount --bind $D/own/run /run/tplctl; mount --bind $D/own/lib /var/lib/tplctl",
            "mount --bind $D/own/mnt /mnt; mount --bind $D/own/home /home; mount --bind $D/own/root /root",
            "echo $NAME >/etc/hostname; hostname $NAME; echo \"$ADDRESS $NAME\" >>/etc/hosts",
            "echo \"deploy:x:4321:4321::/home/deploy:$SHELL_OF_DEPLOY\" >>/etc/passwd",
            "echo \"deploy:$HASH:19000:0:99999:7:::\" >>/etc/shadow; echo deploy:x:4321: >>/etc/group",
            "mkdir -p -m 750 /etc/sudoers.d",
            "case $SUDO in",
            "  WITHOUT_PASSWORD) echo 'deploy ALL=(ALL) NOPASSWD: ALL' ;;",
            "  WITH_PASSWORD) echo 'deploy ALL=(ALL) ALL' ;;",
            "esac >/etc/sudoers.d/lab; chmod 440 /etc/sudoers.d/lab",
            "mkdir -m 700 /home/deploy /home/deploy/.ssh",
            "cp $D/bashrc /root/.bashrc; cp $D/bashrc /home/deploy/.bashrc",
            "touch /home/deploy/.ssh/authorized_keys; chown -R 4321:4321 /home/deploy",
            "sh=$(readlink -f /bin/sh); cp $sh $D/own/sh; chmod 755 $D/own/sh",
            "case $SH in",
            "  BUSYBOX) mount --bind $(command -v busybox) $sh ;;",
            "  BASH) mount --bind $(command -v bash) $sh ;;",
            "  TALKATIVE)",
            "    printf '#!%s\\necho Welcome; echo to this shell >&2\\nexec %s \"$@\"\\n' $D/own/sh $D/own/sh >$D/own/talk",
            "    chmod 755 $D/own/talk; mount --bind $D/own/talk $sh ;;",
            "esac",
            "ip link set lo up; until ip link show eth0 >/dev/null 2>&1; do sleep 0.01; done",
            "ip addr add $ADDRESS/24 dev eth0; ip link set eth0 up",
            "/usr/sbin/sshd -f $D/sshd_config -E $D/sshd.log",
            "echo ready",
            // The first process of a host takes over what others leave behind.
            "exec 3<&0; { while read -r line; do :; done <&3; } & wait $!");

    private final String name;
    private final String address;
    private final Path directory;
    private final String link;
    private final Process first;
    private final List<String> hostKeys;
    private final long pid;

    LabHost(String bridge, Path lab, String name, String address, HostSpec spec) {
        this.name = name;
        this.address = address;
        this.directory = lab.resolve(name);
        this.link = bridge + name;
        this.hostKeys = spec.hostKeys();
        write(lab, spec);
        String quoted = "D=" + directory + " NAME=" + name + " ADDRESS=" + address + " SUDO=" + spec.sudo() + " SH="
                + spec.sh() + " SHELL_OF_DEPLOY=" + spec.deployShell() + " HASH='" + PASSWORD_HASH + "'; ";
        this.first = Shell.start(
                quoted + SETUP,
                "unshare",
                "--net",
                "--mount",
                "--uts",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "--propagation",
                "private");
        this.pid = child(first);
        Shell.run("ip link add " + link + " type veth peer name eth0 netns " + pid + " && ip link set " + link
                + " master " + bridge + " up");
    }

    private void write(Path lab, HostSpec spec) {
        try {
            Files.createDirectories(directory.resolve("own"));
            StringBuilder config = new StringBuilder();
            for (String type : spec.hostKeys()) {
                LabKeys.make(hostKey(type), LabKeys.Type.valueOf(type.toUpperCase(Locale.ROOT)));
                config.append("HostKey ").append(hostKey(type)).append('\n');
            }
            spec.sshd().forEach(line -> config.append(line).append('\n'));
            config.append("ListenAddress ").append(address).append('\n');
            config.append("AuthorizedKeysFile ").append(lab).append("/authorized_keys .ssh/authorized_keys\n");
            config.append("PidFile ").append(directory).append("/sshd.pid\n");
            config.append("PermitRootLogin yes\nStrictModes no\nUsePAM no\nSubsystem sftp internal-sftp\n");
            Files.writeString(directory.resolve("sshd_config"), config);
            Files.writeString(directory.resolve("bashrc"), spec.bashrc() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path hostKey(String type) {
        return directory.resolve("hostkey_" + type);
    }

    /** The process that unshare forked: the first one of the host. */
    private static long child(Process unshare) {
        while (unshare.isAlive()) {
            var children = unshare.children().toList();
            if (!children.isEmpty()) {
                return children.get(0).pid();
            }
            Thread.onSpinWait();
        }
        throw new IllegalStateException("unshare ended");
    }

    void awaitReady() {
        Shell.await(first, "ready");
    }

    public String name() {
        return name;
    }

    public String address() {
        return address;
    }

    /** Lines of known_hosts with this host's keys. */
    public String knownHosts() {
        StringBuilder lines = new StringBuilder();
        hostKeys.forEach(type ->
                lines.append(address).append(' ').append(publicKey(type)).append('\n'));
        return lines.toString();
    }

    /** A host key as in known_hosts: its type and its Base64. */
    public String publicKey(String type) {
        try {
            String[] fields = Files.readString(Path.of(hostKey(type) + ".pub")).split(" ");
            return fields[0] + " " + fields[1].strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What sshd logged. */
    public String sshdLog() {
        try {
            return Files.readString(directory.resolve("sshd.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a script as root in the host, not by SSH; what it printed, stderr included. It has to succeed. */
    public String exec(String script) {
        return Shell.run(
                List.of("nsenter", "-t", String.valueOf(pid), "-n", "-m", "-u", "-p", directory + "/own/sh", "-s"),
                script);
    }

    /** Where a path of the host's is on this machine. */
    public Path path(String ofTheHost) {
        return Path.of("/proc/" + pid + "/root" + ofTheHost);
    }

    /** The processes that share the host's network, as this machine numbers them. */
    public List<Long> processes() {
        try {
            Path network = Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net"));
            try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
                return all.map(ProcessHandle::pid)
                        .filter(each -> isIn(network, each))
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isIn(Path network, long process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + process + "/ns/net"))
                    .equals(network);
        } catch (IOException gone) {
            return false;
        }
    }

    /** What its interface {@code name} received and sent, in bytes and in packets. */
    public Traffic traffic(String name) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/net/dev"))) {
            return lines.map(String::strip)
                    .filter(line -> line.startsWith(name + ":"))
                    .map(line -> line.substring(name.length() + 1).strip().split(" +"))
                    .map(words -> new Traffic(
                            Long.parseLong(words[0]) + Long.parseLong(words[8]),
                            Long.parseLong(words[1]) + Long.parseLong(words[9])))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("there is no " + name + " on " + this));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Both directions. */
    public record Traffic(long bytes, long packets) {
        public Traffic since(Traffic before) {
            return new Traffic(bytes - before.bytes, packets - before.packets);
        }
    }

    /**
     * A network of these two alone, so that what goes over it can be counted by itself.
     *
     * @param address of this host and of the other one, on the interface {@code data0} of each
     */
    public void join(LabHost other, String address, String others) {
        String mine = link + "a";
        String its = link + "b";
        Shell.run("ip link add " + mine + " type veth peer name " + its + " && ip link set " + mine + " netns " + pid
                + " name data0 && ip link set " + its + " netns " + other.pid + " name data0");
        String up = "/24 dev data0 && ip link set data0 up";
        exec("ip addr add " + address + up);
        other.exec("ip addr add " + others + up);
    }

    /** Nothing gets to the host or from it any more; connections stay open and silent. */
    public void linkDown() {
        Shell.run("ip link set " + link + " down");
    }

    public void linkUp() {
        Shell.run("ip link set " + link + " up");
    }

    /** Bounds what gets to the host and what gets from it, each, as in {@code 10mbit}. */
    public void limitRate(String rate) {
        String shape = " root tbf rate " + rate + " burst 64kb latency 200ms";
        Shell.run("tc qdisc replace dev " + link + shape);
        exec("tc qdisc replace dev eth0" + shape);
    }

    /** As before {@link #limitRate}. */
    public void unlimitRate() {
        Shell.run("tc qdisc del dev " + link + " root");
        exec("tc qdisc del dev eth0 root");
    }

    /** How many bytes got to the host. */
    public long bytesIn() {
        return counter("tx_bytes");
    }

    /** How many bytes the host sent. */
    public long bytesOut() {
        return counter("rx_bytes");
    }

    private long counter(String name) {
        return Long.parseLong(
                Shell.run("cat /sys/class/net/" + link + "/statistics/" + name).strip());
    }

    /** Ends the sshd that listens; connections that are there stay. */
    public void stopSshd() {
        exec("kill $(cat " + directory + "/sshd.pid); while [ -e " + directory + "/sshd.pid ]; do sleep 0.01; done");
    }

    public void startSshd() {
        exec("/usr/sbin/sshd -f " + directory + "/sshd_config -E " + directory + "/sshd.log");
    }

    /** Ends the sshd of each connection that is there. */
    public void dropConnections() {
        // one of two processes of a connection may end with the other, before its turn comes
        exec("for p in $(pgrep -x sshd); do [ $p = $(cat " + directory
                + "/sshd.pid) ] || kill -9 $p 2>/dev/null || ! kill -0 $p 2>/dev/null; done");
    }

    /** As if it were switched off: everything that runs there ends. Idempotent. */
    @Override
    public void close() {
        Shell.end(first);
    }

    @Override
    public String toString() {
        return name + " " + address;
    }
}
