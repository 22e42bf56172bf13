package tplctl.kinds;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.kind.Impact;
import tplctl.kind.ProbeException;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.machine.Answers;
import tplctl.machine.EmulatorProbe;
import tplctl.machine.Flavour;
import tplctl.machine.HostScripts;
import tplctl.machine.Layout;
import tplctl.machine.Listener;
import tplctl.machine.Manifest;
import tplctl.machine.MoveMark;
import tplctl.machine.QemuVersion;
import tplctl.machine.Room;
import tplctl.machine.TemplateInfo;

/**
 * What was found of a template.
 *
 * @param manifest there when a whole manifest is
 * @param stamps of RAM files, state file and disks, in this order; {@code absent} for a missing one
 * @param inputs stamps of kernel and initial RAM disk
 * @param memoryBytes the size of the RAM files that are there, with or without a manifest; 0 without one
 * @param taken TCP ports that it is to listen on while it is built, and something listens on already
 * @param clones names of the VMs on the host that were cloned from a template of this name and were up: the others have
 *     nothing to lose
 * @param source the manifest on the host that it is copied from, when it is a copy and that one has it
 * @param away names of those that were moved to another host since
 */
record TemplateState(
        Optional<Manifest> manifest,
        List<String> stamps,
        List<String> inputs,
        long memoryBytes,
        EmulatorProbe.Found emulator,
        Optional<Room> room,
        List<String> taken,
        List<String> clones,
        List<String> away,
        Optional<Manifest> source) {
    private static final String ABSENT = "absent";
    private static final Pattern STAMP = Pattern.compile("[0-9]+:[0-9]+:([0-9]{1,18}):.*");

    /** How what was found falls short of what is wanted. */
    record Difference(Impact impact, String field, String from, String to) {}

    static Sh script(TemplateInfo t, String host) {
        List<Sh> lines = new ArrayList<>();
        lines.add(Sh.of(HostScripts.STAMP_LINE + HostScripts.ROOM));
        lines.add(Sh.of("""
                sealed=
                ask=1
                if { read -r sealed < {}; } 2>/dev/null; then
                  printf 'manifest %s\\n' "$sealed"
                  ask=
                  case $sealed in *{}*) ;; *) ask=1 ;; esac
                  id=${sealed#*\\"id\\":\\"}
                  id=${id%%\\"*}
                  for f in {} {}; do tplctl_stamp file "$f"; done
                """, t.manifest(), "\"spec_digest\":\"" + t.specDigest() + "\"", t.memories(), t.state()));
        Layout.Dirs frozen = Layout.frozen(t.name(), "");
        for (int i = 0; i < t.machine().disks().size(); i++) {
            String file = frozen.disk(i).substring(frozen.lib().length());
            lines.add(Sh.of("  tplctl_stamp file {}\"$id\"{}", frozen.lib(), file));
        }
        lines.add(Sh.of("else\n  for f in {}; do tplctl_stamp left \"$f\"; done\nfi", t.memories()));
        t.machine().kernel().ifPresent(path -> lines.add(Sh.of("tplctl_stamp input {}", path)));
        t.machine().initrd().ifPresent(path -> lines.add(Sh.of("tplctl_stamp input {}", path)));
        lines.add(EmulatorProbe.find(t.machine()));
        lines.add(Sh.of("""
                if [ -n "$stamp" ]; then
                  case $sealed in *"\\"emulator_stamp\\":\\"$stamp\\""*) ;; *) ask=1 ;; esac
                fi
                if [ -n "$ask" ]; then
                  tplctl_room {}""", t.memory()));
        lines.add(EmulatorProbe.ask(t.machine()));
        lines.add(Listener.look(Listener.of(t.machine())));
        lines.add(Sh.of("fi"));
        lines.add(Sh.of(
                """
                {}
                for found in $(grep -lsF -- {} {}/vms/*/spec.json); do
                  found=${found%/spec.json}
                  if [ -e "$found/up" ] && tplctl_ours "$found"; then echo "clone ${found##*/}"; fi
                done
                for found in {}/vms/*.moved; do
                  [ -e "$found" ] || continue
                  ! tplctl_ours "${found%.moved}" || continue
                  found=${found##*/}
                  found=${found%.moved}
                  grep -qsF -- {} {}/owned/*/vms."$found".json && echo "away $found"
                done
                :""",
                MoveMark.ours(host),
                "\"template\":\"" + t.name() + "\"",
                Layout.LIB,
                Layout.LIB,
                "\"template\":\"" + t.name() + "\"",
                Layout.LIB));
        return Sh.lines(lines);
    }

    /** Reads the answer of {@link #script} for a template that is wanted with that many RAM files. */
    static TemplateState parse(ProbeOutput output, int nodes) {
        Answers answers = Answers.of(output);
        List<String> memories = answers.has("left") ? answers.all("left") : answers.all("file");
        return new TemplateState(
                answers.first("manifest").flatMap(Manifest::parse),
                answers.all("file"),
                answers.all("input"),
                memories.stream().limit(nodes).mapToLong(TemplateState::size).sum(),
                EmulatorProbe.read(answers),
                Room.of(answers),
                answers.all("taken"),
                answers.all("clone"),
                answers.all("away"),
                Optional.empty());
    }

    /** The same with what the host said that it is copied from; without one, or when that is not needed, as it is. */
    TemplateState knowing(ProbeOutput output, TemplateInfo want, Optional<String> from) {
        if (from.isEmpty()) {
            return this;
        }
        ProbeOutput.Elsewhere other = Optional.ofNullable(output.elsewhere().get(from.get()))
                .orElseThrow(() -> new ProbeException(from.get() + " was not asked"));
        if (other.output().isEmpty() && difference(want).isPresent()) {
            throw new ProbeException(
                    "it has to be copied from " + from.get() + ", which cannot be asked: " + other.unreachable());
        }
        return new TemplateState(
                manifest,
                stamps,
                inputs,
                memoryBytes,
                emulator,
                room,
                taken,
                clones,
                away,
                other.output().flatMap(out -> Answers.of(out).first("manifest")).flatMap(Manifest::parse));
    }

    /** Why a copy would not be usable here; empty when it would. */
    Optional<String> otherVersion() {
        Optional<String> here = emulator.version().map(v -> qemu(v, emulator.flavour()));
        return source.map(m -> qemu(m.platform().version(), m.platform().flavour()))
                .filter(v -> here.isPresent() && !here.get().equals(v))
                .map(v -> "it was built under " + v + ", and this host has " + here.get()
                        + "; give both the same, or let this host build its own");
    }

    private static String qemu(QemuVersion version, Flavour flavour) {
        return "QEMU " + version + (flavour == Flavour.OSNET ? " of the osnet flavour" : "");
    }

    /** Whether anything must be done; the emulator's version only counts when the program was changed at all. */
    Optional<Difference> difference(TemplateInfo want) {
        if (manifest.isEmpty()) {
            return Optional.of(
                    new Difference(Impact.CREATE, "memory", "", want.memory().text()));
        }
        Manifest m = manifest.get();
        if (!m.specDigest().equals(want.specDigest())) {
            return Optional.of(new Difference(Impact.REPLACE, "spec", m.specDigest(), want.specDigest()));
        }
        List<Manifest.Sealed> sealed = m.files();
        for (int i = 0; i < sealed.size(); i++) {
            String now = i < stamps.size() ? stamps.get(i) : ABSENT;
            if (now.equals(ABSENT)) {
                return Optional.of(
                        new Difference(Impact.CREATE, "files", sealed.get(i).path() + " is gone", "sealed"));
            }
            if (!sealed.get(i).matches(now)) {
                return Optional.of(new Difference(
                        Impact.REPLACE, "files", sealed.get(i).path() + " was altered after it was sealed", "sealed"));
            }
        }
        Optional<QemuVersion> version = emulator.version();
        String before = qemu(m.platform().version(), m.platform().flavour());
        Optional<String> now = version.map(v -> qemu(v, emulator.flavour())).filter(v -> !v.equals(before));
        if (now.isPresent()) {
            return Optional.of(new Difference(Impact.REPLACE, "emulator", before, now.get()));
        }
        if (source.filter(s -> !s.isSameAs(m)).isPresent()) {
            return Optional.of(
                    new Difference(Impact.REPLACE, "copy", m.id(), source.get().id()));
        }
        for (int i = 0; i < Math.min(inputs.size(), m.inputs().size()); i++) {
            boolean both = !inputs.get(i).equals(ABSENT) && !m.inputs().get(i).equals(ABSENT);
            if (both && !new Manifest.Sealed("", "", m.inputs().get(i)).matches(inputs.get(i))) {
                return Optional.of(new Difference(
                        Impact.REPLACE, "boot files", "as they were", "kernel or initial RAM disk changed"));
            }
        }
        return Optional.empty();
    }

    private static long size(String stamp) {
        if (stamp.equals(ABSENT)) {
            return 0;
        }
        Matcher m = STAMP.matcher(stamp);
        if (!m.matches()) {
            throw new ProbeException("not a file's stamp: \"" + stamp + "\"");
        }
        return Long.parseLong(m.group(1));
    }
}
