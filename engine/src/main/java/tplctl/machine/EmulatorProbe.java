package tplctl.machine;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.kind.Sh;

/**
 * How an emulator is asked what it is and what it can do on this host. Finding the program is cheap and done always; starting it is
 * not, and only done for a machine that will be made.
 */
public final class EmulatorProbe {
    /** What tells the fork that its RAM is there before a state is loaded. */
    static final String OSNET_OPTION = "-osnet_init_ram_state";

    private static final Pattern ALIAS = Pattern.compile(".*\\(alias of ([^)]+)\\)\\s*");
    private static final String CAPABILITIES =
            "{\"execute\":\"qmp_capabilities\"}" + "{\"execute\":\"query-migrate-capabilities\"}{\"execute\":\"quit\"}";
    private static final String TRIAL = "{\"execute\":\"qmp_capabilities\"}{\"execute\":\"quit\"}";

    /**
     * What was found.
     *
     * @param path the program; empty when there is none
     * @param stamp see {@link HostScripts#STAMP}
     * @param banner the first line of {@code --version}; empty when it was not asked
     * @param machineType the versioned type behind the wanted one; empty when it was not asked or is not known
     * @param kvm {@code ok}, or why guests cannot run under it; empty when it was not asked, or is not known without a trial
     * @param flavour {@link Flavour#STOCK} also when it was not asked
     */
    public record Found(
            Optional<String> path,
            String stamp,
            Optional<String> banner,
            Optional<String> machineType,
            Optional<String> kvm,
            Flavour flavour) {
        public Optional<QemuVersion> version() {
            return banner.flatMap(QemuVersion::ofBanner);
        }

        /** Why no machine can be run by it: not QEMU, too old, or without that type; empty when one can, or it was not asked. */
        public Optional<String> unfit(Machine machine, String whatNeedsIt) {
            String program = path.orElse(machine.emulator());
            if (banner.isPresent() && version().isEmpty()) {
                return Optional.of(program + " is not QEMU: it calls itself \"" + banner.get() + "\"");
            }
            if (version().isEmpty()) {
                return Optional.empty();
            }
            QemuVersion found = version().get();
            if (!found.atLeast(SharingRules.OLDEST.major(), SharingRules.OLDEST.minor())) {
                return Optional.of(program + " is QEMU " + found + "; " + whatNeedsIt + " need " + SharingRules.OLDEST
                        + " or later");
            }
            return machineType.isPresent()
                    ? Optional.empty()
                    : Optional.of("QEMU " + found + " has no machine type \"" + machine.type() + "\"; \""
                            + machine.emulator() + " -machine help\" lists them");
        }

        /** What the host makes of a machine's choices; empty when the emulator was not asked or did not know. */
        public Optional<Platform> platform(Machine machine) {
            if (version().isEmpty() || machineType.isEmpty()) {
                return Optional.empty();
            }
            boolean auto = machine.accel().equals("auto");
            boolean runs = kvm.filter("ok"::equals).isPresent();
            String accel = auto ? (runs ? "kvm" : "tcg") : machine.accel();
            String reason = auto && !runs ? kvm.orElse("") : "";
            return Optional.of(
                    new Platform(machineType.get(), accel, reason, version().get(), flavour));
        }
    }

    private EmulatorProbe() {}

    /** Prints {@code emulator PATH} and its stamp, and sets {@code emu} and {@code stamp}; nothing when there is no such program. */
    public static Sh find(Machine machine) {
        return Sh.of("""
                stamp=
                if emu=$(command -v -- {}); then
                  printf 'emulator %s\\n' "$emu"
                  stamp=$(TZ=UTC0 stat -L -c {} -- "$emu")
                  printf 'emulator_stamp %s\\n' "$stamp"
                fi
                """, machine.emulator(), HostScripts.STAMP);
    }

    /** Asks the program that {@link #find} found. */
    public static Sh ask(Machine machine) {
        Sh kvm = switch (machine.accel()) {
            case "auto" -> tryKvm(machine);
            case "kvm" -> lookForKvm(Sh.of(":"));
            default -> Sh.of("");
        };
        return Sh.of("""
                if [ -n "$emu" ]; then
                  "$emu" --version 2>&1 </dev/null | { read -r line && printf 'version %s\\n' "$line"; }
                  "$emu" -machine help 2>/dev/null </dev/null | while read -r name rest; do
                    if [ "$name" = {} ]; then printf 'machine %s %s\\n' "$name" "$rest"; fi
                  done
                  {}
                  {}
                fi
                """, machine.type(), kvm, askFlavour());
    }

    /** Asks the program that {@link #find} found for its flavour only. */
    public static Sh askFlavour() {
        // Options are looked up in a first pass over the command line, before --version ends the second (vl.c, main):
        // an
        // unknown one is refused. Only who knows it is started, to be asked for the capability too.
        return Sh.of("""
                if [ -n "$emu" ] && "$emu" {} --version >/dev/null 2>&1 </dev/null; then
                    printf '%s' {} | timeout 10 "$emu" -machine none -S -nodefaults -display none -qmp stdio 2>/dev/null |
                      grep -q {} && echo osnet
                  fi
                """, OSNET_OPTION, CAPABILITIES, "\"" + Flavour.OSNET.capability() + "\"");
    }

    public static Found read(Answers answers) {
        return new Found(
                answers.first("emulator"),
                answers.first("emulator_stamp").orElse(""),
                answers.first("version"),
                answers.first("machine").map(EmulatorProbe::versioned),
                answers.first("kvm"),
                answers.has("osnet") ? Flavour.OSNET : Flavour.STOCK);
    }

    // A processor without the feature can still have /dev/kvm, and a nested one can have both and run nothing: only a
    // start shows.
    private static Sh tryKvm(Machine machine) {
        return lookForKvm(Sh.of("""
                if printf '%s' {} | timeout 10 "$emu" -machine {},accel=kvm -cpu {} -m 16 -S -nodefaults -display none \\
                      -qmp stdio 2>/dev/null | grep -q '"QMP"'; then
                      echo 'kvm ok'
                    else
                      echo 'kvm a trial start under kvm failed'
                    fi""", TRIAL, machine.type(), machine.cpu().orElse("host")));
    }

    private static Sh lookForKvm(Sh otherwise) {
        return Sh.of("""
                if ! grep -qwE 'vmx|svm' /proc/cpuinfo; then
                    echo 'kvm the processor shows neither vmx nor svm'
                  elif ! [ -r /dev/kvm ] || ! [ -w /dev/kvm ]; then
                    echo 'kvm /dev/kvm cannot be opened'
                  else
                    {}
                  fi""", otherwise);
    }

    private static String versioned(String line) {
        Matcher alias = ALIAS.matcher(line);
        return alias.matches()
                ? alias.group(1)
                : line.substring(0, line.indexOf(' ') < 0 ? line.length() : line.indexOf(' '));
    }
}
