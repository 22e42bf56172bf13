package tplctl.engine;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tplctl.host.CommandResult;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.host.Script;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.machine.Answers;
import tplctl.machine.HostScripts;
import tplctl.machine.Layout;
import tplctl.machine.MoveMarks;
import tplctl.machine.VmRecord;

/** Looks what a host has of a VM, in one round trip. */
public final class VmFinder {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Prints {@code closed} and the directory where this user may not look at what tplctl keeps. */
    static final String CLOSED = """
            for d in %s %s/vms; do
              if [ -d "$d" ] && ! { [ -r "$d" ] && [ -x "$d" ]; }; then echo "closed $d"; fi
            done
            """.formatted(Layout.LIB, Layout.LIB);

    // In the kernel's table a socket that a server has accepted bears the server's path and has the state 03,
    // SS_CONNECTED;
    // one that waits to be accepted has 02 (unix_seq_show in net/unix/af_unix.c). Of TCP, 01 is ESTABLISHED: proc(5).
    private static final String LOOK = HostScripts.ALIVE + CLOSED + """
            for spec in {}/*/spec.json; do
              [ -f "$spec" ] || continue
              line=
              { read -r line < "$spec"; } 2>/dev/null || :
              printf 'record %s\\n' "$line"
            done
            lib={}
            run={}
            """ + MoveMarks.SCRIPT + """
            [ ! -e "$lib/up" ] || echo up
            if tplctl_alive "$run/pid"; then
              echo "pid $pid"
              tr '\\n\\000' ' \\n' < "/proc/$pid/cmdline" | sed 's/^/argument /'
              sed -n 's/^[^ ]* [^ ]* [^ ]* [^ ]* [^ ]* 03 *[0-9]* \\(.*\\)$/taken \\1/p' /proc/net/unix 2>/dev/null | sort -u
              if tr '\\000' '\\n' < "/proc/$pid/cmdline" | grep -qE '^(mon:)?(telnet|tcp):'; then
                sed -n 's/^ *[0-9]*: [0-9A-F]*:\\([0-9A-F]*\\) [0-9A-F]*:[0-9A-F]* 01 .*/joined \\1/p' \
            /proc/net/tcp /proc/net/tcp6 2>/dev/null | sort -u
              fi
              tail -c 2048 "$run/serial.log" 2>/dev/null | base64 | sed 's/^/output /'
            fi
            :
            """;

    private VmFinder() {}

    /** What the host has of the VM of that name. */
    public static VmSighting look(Host host, String name) {
        Layout.Dirs dirs = Layout.vm(name);
        Sh sh = Sh.of(LOOK, Layout.LIB + "/vms", dirs.lib(), dirs.run());
        Script script = new Script(sh.script(), "look for the VM " + name);
        CommandResult result = host.query(script, LIMIT);
        if (!result.ok()) {
            throw HostException.unexpected(host.name(), script, result);
        }
        return parse(host.name(), name, Answers.of(new ProbeOutput(0, result.stdout(), "")));
    }

    static VmSighting parse(String host, String name, Answers answers) {
        Map<String, VmRecord> records = new LinkedHashMap<>();
        answers.all("record").forEach(line -> VmRecord.parse(line).ifPresent(r -> records.put(r.name(), r)));
        return new VmSighting(
                host,
                name,
                records,
                answers.has("closed"),
                MoveMarks.of(answers, host),
                answers.has("up"),
                answers.first("pid").map(Long::parseLong).orElse(0L),
                answers.all("argument"),
                taken(answers),
                decoded(String.join("", answers.all("output"))));
    }

    private static Set<String> taken(Answers answers) {
        Set<String> taken = new HashSet<>(answers.all("taken"));
        answers.all("joined").forEach(port -> taken.add(VmSighting.tcp(Integer.parseInt(port, 16))));
        return taken;
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
