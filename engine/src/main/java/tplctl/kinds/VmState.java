package tplctl.kinds;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.kind.ProbeException;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.machine.Answers;
import tplctl.machine.EmulatorProbe;
import tplctl.machine.HostScripts;
import tplctl.machine.Layout;
import tplctl.machine.Listener;
import tplctl.machine.Manifest;
import tplctl.machine.MoveMark;
import tplctl.machine.MoveMarks;
import tplctl.machine.Room;
import tplctl.machine.VmRecord;

/**
 * What was found of a VM.
 *
 * @param record there once it was defined
 * @param stale whether the replacement of its template was begun
 * @param pid of its emulator; 0 without one
 * @param leftovers whether there is anything of it at all
 * @param wasUp whether it was ready at least once, so that its disk is worth keeping; never of one that only arrives
 * @param marks of its leaving, or arriving
 * @param taken TCP ports that it is to listen on, and something listens on already; that may be itself
 * @param template the manifest of the template that it is, or will be, a clone of
 */
record VmState(
        Optional<VmRecord> record,
        boolean wasUp,
        boolean stale,
        long pid,
        boolean leftovers,
        Optional<Manifest> template,
        EmulatorProbe.Found emulator,
        Optional<Room> room,
        List<String> taken,
        MoveMarks marks) {
    /** @param host that is asked; a VM that a mark leads elsewhere needs nothing here */
    static Sh script(String name, VmSpec want, String host) {
        return script(
                name,
                want,
                MoveMark.ours(host).aside().then("if [ -e \"$lib.moved\" ] && ! tplctl_ours \"$lib\"; then ask=; fi"));
    }

    /** For a VM that was moved away, or is incoming: it needs what a new one does. */
    static Sh arriving(String name, VmSpec want) {
        return script(name, want, Sh.of("[ ! -e \"$run/incoming\" ] || ask=1"));
    }

    private static Sh script(String name, VmSpec want, Sh marks) {
        Layout.Dirs dirs = Layout.vm(name);
        List<Sh> lines = new ArrayList<>();
        lines.add(Sh.of(HostScripts.ALIVE + HostScripts.ROOM));
        lines.add(Sh.of("""
                lib={}
                run={}
                line=
                ask=1
                if [ -d "$lib" ] || [ -d "$run" ]; then
                  echo leftovers
                  [ -f "$lib/spec.json" ] && read -r line < "$lib/spec.json" && printf 'record %s\\n' "$line"
                  [ -e "$lib/up" ] && echo up
                  [ -e "$lib/stale" ] && echo stale
                  if tplctl_alive "$run/pid"; then
                    echo "pid $pid"
                    case $line in *{}*) ask= ;; esac
                  fi
                fi""", dirs.lib(), dirs.run(), "\"digest\":\"" + want.digest() + "\""));
        lines.add(Sh.of(MoveMarks.SCRIPT).then("{}", marks));
        want.template()
                .ifPresent(t -> lines.add(Sh.of(
                        "{ read -r line < {}; } 2>/dev/null && printf 'manifest %s\\n' \"$line\"\n"
                                + "[ -z \"$ask\" ] || tplctl_room {}",
                        t.manifest(), t.memory())));
        // Without a manifest, which says on what it was made, the plan is for a template that will be made here.
        want.template()
                .ifPresent(
                        t -> lines.add(Sh.of("""
                        if [ -n "$ask" ] && [ ! -e {} ]; then
                          emu=$(command -v -- {}) || emu=
                          {}
                        fi""", t.manifest(), t.machine().emulator(), EmulatorProbe.askFlavour())));
        if (want.template().isEmpty()) {
            lines.add(Sh.of("if [ -n \"$ask\" ]; then"));
            lines.add(EmulatorProbe.find(want.hardware()));
            lines.add(EmulatorProbe.ask(want.hardware()));
            lines.add(Sh.of("fi"));
        }
        List<Listener> ports = Listener.of(want.hardware());
        if (!ports.isEmpty()) {
            lines.add(Sh.of("if [ -n \"$ask\" ]; then\n{}\nfi", Listener.look(ports)));
        }
        lines.add(Sh.of(":"));
        return Sh.lines(lines);
    }

    /** @param host that was asked, by its name in the inventory */
    static VmState parse(String host, ProbeOutput output) {
        Answers answers = Answers.of(output);
        MoveMarks marks = MoveMarks.of(answers, host);
        return new VmState(
                answers.first("record").flatMap(VmRecord::parse),
                answers.has("up") && !marks.incoming(),
                answers.has("stale"),
                answers.first("pid").map(VmState::pid).orElse(0L),
                answers.has("leftovers"),
                answers.first("manifest").flatMap(Manifest::parse),
                EmulatorProbe.read(answers),
                Room.of(answers),
                answers.all("taken"),
                marks);
    }

    /**
     * What this host has of a VM whose files another one sees as well: whose it is, neither its record nor {@code up} tells then.
     *
     * @param here whether it is this host's
     * @param remains whether there is anything of it but those files
     */
    VmState shared(boolean here, boolean remains) {
        return new VmState(record, wasUp && here, stale, pid, remains, template, emulator, room, taken, marks);
    }

    /** The same VM as one that belongs to its host, whatever marks tell. */
    VmState settled() {
        return new VmState(record, true, stale, pid, leftovers, template, emulator, room, taken, MoveMarks.NONE);
    }

    private static long pid(String text) {
        if (!text.matches("[1-9][0-9]{0,17}")) {
            throw new ProbeException("not a process id: \"" + text + "\"");
        }
        return Long.parseLong(text);
    }

    boolean isAlive() {
        return pid > 0;
    }
}
