package tplctl.engine;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.host.CommandResult;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.host.Script;
import tplctl.kind.Sh;
import tplctl.machine.HostScripts;
import tplctl.machine.Layout;
import tplctl.machine.Manifest;
import tplctl.machine.MoveMark;
import tplctl.machine.VmRecord;
import tplctl.model.OwnedRecord;
import tplctl.qemu.QmpClient;
import tplctl.qemu.QmpConnectionException;
import tplctl.qemu.QmpException;
import tplctl.qemu.QmpTimeoutException;

/** Finds what runs on a host: templates by what the host remembers, VMs by their directories. */
public final class StatusReader {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration ANSWER = Duration.ofSeconds(2);

    private static final String VMS = HostScripts.ALIVE + """
            read -r up rest < /proc/uptime
            ticks=$(getconf CLK_TCK 2>/dev/null || echo 100)
            echo "uptime $up $ticks"
            """ + VmFinder.CLOSED + """
            for dir in %1$s/vms/*/; do
              [ -f "$dir/spec.json" ] || continue
              dir=${dir%%/}
              name=${dir##*/}
              # What another host that sees this directory has is that one's.
              [ ! -e "$dir.moved" ] || grep -qsF -- "$ours" "$dir.moved" || continue
              printf 'vm %%s\\n' "$name"
              { read -r line < "$dir/spec.json"; } && printf 'record %%s\\n' "$line"
              [ -e "$dir/up" ] && echo up
              [ -e "%2$s/vms/$name/incoming" ] && echo incoming
              if tplctl_alive "%2$s/vms/$name/pid"; then
                echo "pid $pid $started"
                grep -F anon= "/proc/$pid/numa_maps" 2>/dev/null | sed 's/^/map /'
                grep -E '^[0-9a-f]+-[0-9a-f]+ |^(Size|Rss|Anonymous|Shared_Hugetlb|Private_Hugetlb):' \\
                  "/proc/$pid/smaps" 2>/dev/null | sed 's/^/smap /'
              fi
            done
            for mark in %1$s/vms/*.moved; do
              [ -e "$mark" ] && ! grep -qsF -- "$ours" "$mark" || continue
              line=
              read -r line < "$mark"
              printf 'moved %%s\\n' "$line"
            done
            :
            """.formatted(Layout.LIB, Layout.RUN);

    private StatusReader() {}

    /** Reads a host's state; {@code verify} computes every template's digests again. */
    public static Status read(Host host, boolean verify) {
        List<Status.Template> templates = new ArrayList<>();
        for (OwnedRecord record : records(host)) {
            if (record.id().kind().equals("templates")) {
                manifest(host, record).ifPresent(m -> templates.add(template(host, m, record.owner(), verify)));
            }
        }
        return new Status(host.name(), templates, vms(host));
    }

    private static List<OwnedRecord> records(Host host) {
        List<OwnedRecord> records = new ArrayList<>();
        ask(host, "cat /dev/null " + OwnedRecord.DIRECTORY + "/*/*.json 2>/dev/null; :")
                .forEach(line -> OwnedRecord.parse(host.name(), line).ifPresent(records::add));
        return records;
    }

    private static Optional<Manifest> manifest(Host host, OwnedRecord record) {
        return Optional.ofNullable(record.trace().get("state"))
                .flatMap(state -> host.read(state + ".json"))
                .flatMap(bytes -> Manifest.parse(new String(bytes, java.nio.charset.StandardCharsets.UTF_8)));
    }

    private static Status.Template template(Host host, Manifest m, String owner, boolean verify) {
        List<String> files = m.memory().stream().map(Manifest.Sealed::path).toList();
        long bytes = 0;
        for (String allocated :
                ask(host, Sh.of("stat -c '%b %B' -- {} 2>/dev/null\n:", files).script())) {
            String[] words = allocated.split(" ");
            bytes += Long.parseLong(words[0]) * Long.parseLong(words[1]);
        }
        return new Status.Template(m.name(), owner, m.id(), bytes, verify ? verified(host, m) : "");
    }

    private static String verified(Host host, Manifest m) {
        for (Manifest.Sealed file : m.files()) {
            try {
                if (!host.sha256(file.path()).equals(file.sha256())) {
                    return file.path() + " differs from the manifest";
                }
            } catch (HostException e) {
                return file.path() + " cannot be read";
            }
        }
        return "ok";
    }

    private static List<Status.Vm> vms(Host host) {
        List<Status.Vm> vms = new ArrayList<>();
        Optional<VmLines> current = Optional.empty();
        double uptime = 0;
        long ticks = 100;
        for (String line : ask(host, "ours=" + Sh.quoted(MoveMark.toField(host.name())) + "\n" + VMS)) {
            int space = line.indexOf(' ');
            String word = space < 0 ? line : line.substring(0, space);
            String rest = space < 0 ? "" : line.substring(space + 1);
            if (word.equals("closed")) {
                throw new HostException(
                        host.name(),
                        "read the status",
                        "this user may not look at " + rest + "; -b looks as root through sudo");
            }
            if (word.equals("uptime")) {
                uptime = Double.parseDouble(rest.split(" ")[0]);
                ticks = Long.parseLong(rest.split(" ")[1]);
            } else if (word.equals("moved")) {
                MoveMark.parse(rest).map(StatusReader::moved).ifPresent(vms::add);
            } else if (word.equals("vm")) {
                finish(host, current, uptime, ticks).ifPresent(vms::add);
                current = Optional.of(new VmLines(rest));
            } else {
                current.ifPresent(vm -> vm.add(word, rest));
            }
        }
        finish(host, current, uptime, ticks).ifPresent(vms::add);
        return vms;
    }

    private static Status.Vm moved(MoveMark mark) {
        return new Status.Vm(mark.name(), mark.owner(), "", "moved to " + mark.to(), 0, 0, 0, 0);
    }

    private static String state(Host host, VmLines lines, VmRecord record) {
        if (lines.isIncoming()) {
            return "incoming";
        }
        if (lines.pid() == 0) {
            return lines.wasUp() ? "off" : "defined";
        }
        return lines.wasUp() ? runState(host, record) : "unfinished";
    }

    private static Optional<Status.Vm> finish(Host host, Optional<VmLines> lines, double uptime, long ticks) {
        return lines.flatMap(l -> l.record().map(record -> {
            String state = state(host, l, record);
            long seconds = l.pid() == 0 ? 0 : Math.max(0, (long) (uptime - (double) l.started() / ticks));
            Memory memory = Memory.of(l.numaMaps(), l.smaps(), record.ramBytes());
            return new Status.Vm(
                    record.name(),
                    record.owner(),
                    record.template(),
                    state,
                    l.pid(),
                    seconds,
                    memory.privateBytes(),
                    memory.sharedBytes());
        }));
    }

    private static String runState(Host host, VmRecord record) {
        try (QmpClient qmp =
                QmpClient.connect(host.openUnix(Layout.vm(record.name()).qmp(), ANSWER), host.name(), ANSWER)) {
            return qmp.execute("query-status", new JsonObject(), ANSWER)
                    .getAsJsonObject()
                    .get("status")
                    .getAsString();
        } catch (HostException | QmpException | QmpConnectionException | QmpTimeoutException e) {
            return "unresponsive";
        }
    }

    private static List<String> ask(Host host, String text) {
        Script script = new Script(text, "read the status");
        CommandResult result = host.query(script, LIMIT);
        if (!result.ok()) {
            throw HostException.unexpected(host.name(), script, result);
        }
        return result.stdout().lines().toList();
    }
}
