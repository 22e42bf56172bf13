package tplctl.machine;

import java.util.ArrayList;
import java.util.List;
import tplctl.kind.Sh;

/** The shell's part in moving VMs. */
public final class MoveScripts {
    /**
     * Tells which file the VM's record is, by what two hosts that share it both see of it: inode, mtime and ctime; and whether there is
     * anything of the VM in {@code /run}.
     */
    public static final Sh PLACE = Sh.of("""
            if [ -f "$lib/spec.json" ]; then TZ=UTC0 stat -c 'place %i %y %z' -- "$lib/spec.json"; fi
            [ ! -d "$run" ] || echo runs""");

    private MoveScripts() {}

    /** Removes the marks of a VM's leaving. */
    public static Sh forget(String name) {
        Layout.Dirs dirs = Layout.vm(name);
        return Sh.of("rm -f -- {} {}", dirs.moved(), dirs.moving());
    }

    /** Fails when a VM was moved away: what is remembered of it must not go before it does. */
    public static Sh refuseMoved(String name) {
        String mark = Layout.vm(name).moved();
        return Sh.of(
                "if [ -e {} ]; then\n  echo {} >&2\n  exit 1\nfi",
                mark,
                name
                        + " was moved to another host, which this run does not remove it from; include that host, or, if it"
                        + " is lost, remove " + mark);
    }

    /** What a host that a VM leaves is asked besides what every host of a VM is. */
    public static Sh origin(Layout.Dirs dirs, int disks) {
        List<Sh> lines = new ArrayList<>();
        lines.add(Sh.of("if [ ! -e {} ]; then", dirs.moved()));
        for (int i = 0; i < disks; i++) {
            lines.add(Sh.of("  stat -c 'disk %b %B' -- {} 2>/dev/null", dirs.disk(i)));
        }
        lines.add(Sh.of("  sed 's/^/backing /' {} 2>/dev/null", dirs.lib() + "/backing"));
        lines.add(Processor.ASK);
        lines.add(Sh.of("fi\n:"));
        return Sh.lines(lines);
    }

    /**
     * What a host that a VM comes to is asked besides what every host of a VM is, when {@code ask} is set.
     *
     * @param port that has to be free; 0 for none
     */
    public static Sh destination(Machine machine, List<Sh> template, int port) {
        List<Sh> lines = new ArrayList<>();
        lines.add(Sh.of("if [ -n \"$ask\" ]; then"));
        lines.addAll(template);
        lines.add(EmulatorProbe.find(machine));
        lines.add(EmulatorProbe.ask(machine));
        lines.add(Sh.of("""
                  if [ -n "$emu" ]; then
                    "$emu" -machine help 2>/dev/null </dev/null | while read -r name rest; do printf 'type %s\\n' "$name"; done
                  fi
                  d={}
                  while [ ! -d "$d" ]; do d=${d%/*}; d=${d:-/}; done
                  stat -f -c 'free %S %a' -- "$d"
                  while read -r name number unit; do
                    [ "$name" != MemAvailable: ] || echo "memory $number"
                  done < /proc/meminfo""", Layout.LIB));
        lines.addAll(Processor.askModel(machine));
        lines.add(Processor.ASK);
        if (port > 0) {
            lines.add(Sh.of(
                    "  if cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -qE {}; then echo listening; fi",
                    new Listener("", port).listening()));
        }
        lines.add(Sh.of("fi\n:"));
        return Sh.lines(lines);
    }

    /** Asks whether a template's files are as its manifest, in {@code sealed}, says. */
    public static List<Sh> template(TemplateInfo t) {
        List<Sh> lines = new ArrayList<>();
        lines.add(Sh.of(HostScripts.STAMP_LINE));
        lines.add(Sh.of("""
                  sealed=
                  if { read -r sealed < {}; } 2>/dev/null; then
                    id=${sealed#*\\"id\\":\\"}
                    id=${id%%\\"*}
                    for f in {} {}; do tplctl_stamp file "$f"; done""", t.manifest(), t.memories(), t.state()));
        Layout.Dirs frozen = Layout.frozen(t.name(), "");
        for (int i = 0; i < t.machine().disks().size(); i++) {
            lines.add(Sh.of(
                    "    tplctl_stamp file {}\"$id\"{}",
                    frozen.lib(),
                    frozen.disk(i).substring(frozen.lib().length())));
        }
        lines.add(Sh.of("  fi"));
        return lines;
    }

    /** Tells which files of a list are there. */
    public static Sh present(List<String> paths) {
        return Sh.lines(paths.stream()
                .map(p -> Sh.of("  [ ! -e {} ] || printf 'present %s\\n' {}", p, p))
                .toList());
    }
}
