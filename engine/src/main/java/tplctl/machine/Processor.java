package tplctl.machine;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tplctl.kind.Sh;

/**
 * A host's processor, and whether its emulator has the model that a guest is to see.
 *
 * @param name as the processor calls itself; empty when not known
 * @param flags its features, by Linux's names (proc_cpuinfo(5)); empty when not asked
 * @param lacksModel whether the emulator said that it does not have the model
 */
public record Processor(String name, Set<String> flags, boolean lacksModel) {
    private static final String LACKS = "lacks-model";

    public Processor {
        flags = Set.copyOf(flags);
    }

    /** Prints what {@link #of} reads, but for the emulator's part. */
    static final Sh ASK = Sh.of("""
              sed -n -e 's/^model name[^:]*: */processor /p' -e 's/^flags[^:]*: */flags /p' /proc/cpuinfo 2>/dev/null |
                while read -r word rest; do
                  case $seen in *"$word"*) continue ;; esac
                  seen=$seen$word
                  printf '%s %s\\n' "$word" "$rest"
                done""");

    /** The model that a machine names, without the features that may follow it, as in {@code Haswell,-x2apic}; empty when it names none. */
    public static Optional<String> model(Machine machine) {
        return machine.cpu().map(cpu -> cpu.split(",", 2)[0]);
    }

    /** Asks the emulator {@code emu}, if there is one; {@code host} and {@code max} are known to all. */
    static List<Sh> askModel(Machine machine) {
        return model(machine)
                .filter(model -> !model.equals("host") && !model.equals("max"))
                .map(model -> List.of(Sh.of("""
                          if [ -n "$emu" ]; then
                            models=$("$emu" -cpu help 2>/dev/null </dev/null)
                            [ -z "$models" ] || printf '%s\\n' "$models" | grep -qwF -- {} || echo {}
                          fi""", model, LACKS)))
                .orElse(List.of());
    }

    /** Reads it. */
    public static Processor of(Answers answers) {
        Set<String> flags = new LinkedHashSet<>(
                Arrays.asList(answers.first("flags").orElse("").split(" ")));
        flags.remove("");
        return new Processor(answers.first("processor").orElse(""), flags, answers.has(LACKS));
    }

    /**
     * The flags that the other has not, sorted; nothing when either was not asked. Not all are a guest's: {@code rapl} or {@code
     * user_shstk} come with a host's kernel, {@code ida} or {@code hwp} with its firmware.
     */
    public List<String> missedOn(Processor other) {
        return flags.isEmpty() || other.flags().isEmpty()
                ? List.of()
                : flags.stream()
                        .filter(flag -> !other.flags().contains(flag))
                        .sorted()
                        .toList();
    }

    /** Whether both are known, and are not the same. */
    public boolean differsFrom(Processor other) {
        return !name.isEmpty() && !other.name().isEmpty() && !name.equals(other.name());
    }
}
