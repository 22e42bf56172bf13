package tplctl.machine;

import java.util.Optional;

/**
 * The marks of a move that a host has of a VM.
 *
 * @param leaving what it has of the VM's leaving
 * @param incoming whether a VM arrives, or was arriving, that is not the host's own yet
 * @param said what the mark says, of the leaving if there is one; empty without marks, and when it cannot be read
 */
public record MoveMarks(Remnants.Mark leaving, boolean incoming, Optional<MoveMark> said) {
    public static final MoveMarks NONE = new MoveMarks(Remnants.Mark.NONE, false, Optional.empty());

    /** Prints {@code moving}, {@code moved} and {@code incoming}, each with its line; {@code lib} and {@code run} are set. */
    public static final String SCRIPT = """
            for mark in "$lib.moving" "$lib.moved" "$run/incoming"; do
              if [ -e "$mark" ]; then
                said=
                read -r said < "$mark"
                mark=${mark##*[./]}
                printf '%s %s\\n' "$mark" "$said"
              fi
            done
            """;

    static final String MOVING = "moving";
    static final String MOVED = "moved";
    static final String INCOMING = "incoming";

    public static MoveMarks of(Answers answers) {
        Remnants.Mark leaving = answers.has(MOVED)
                ? Remnants.Mark.MOVED
                : answers.has(MOVING) ? Remnants.Mark.MOVING : Remnants.Mark.NONE;
        return new MoveMarks(
                leaving,
                answers.has(INCOMING),
                answers.first(MOVED)
                        .or(() -> answers.first(MOVING))
                        .or(() -> answers.first(INCOMING))
                        .flatMap(MoveMark::parse));
    }

    public boolean isMoving() {
        return leaving == Remnants.Mark.MOVING;
    }

    public boolean isMoved() {
        return leaving == Remnants.Mark.MOVED;
    }

    /** The host that the mark names, in words when it cannot be read. */
    public String to() {
        return said.map(MoveMark::to).orElse("another host");
    }
}
