package tplctl.kind;

import java.util.List;

/**
 * How something made earlier is taken away, from its trace alone: the playbook may no longer declare it. The steps succeed when
 * it is gone already.
 *
 * @param shown what the plan says goes, such as a path
 * @param steps in execution order; empty when the kind leaves on the host what it made, with {@code notes} saying so
 */
public record Removal(String shown, List<Step> steps, List<String> notes) {
    public Removal {
        steps = List.copyOf(steps);
        notes = List.copyOf(notes);
    }

    public Removal(String shown, Step... steps) {
        this(shown, List.of(steps), List.of());
    }

    public static Removal keeps(String shown, String note) {
        return new Removal(shown, List.of(), List.of(note));
    }
}
