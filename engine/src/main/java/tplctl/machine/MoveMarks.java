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

    /**
     * Reads them. Where hosts share the directory of the VMs, each sees the other's: a mark of a leaving that leads to the host itself
     * is none of its own.
     *
     * @param host that was asked, by its name in the inventory
     */
    public static MoveMarks of(Answers answers, String host) {
        Optional<String> moved = leading(answers, MOVED, host);
        Optional<String> moving = leading(answers, MOVING, host);
        Remnants.Mark leaving = moved.map(line -> Remnants.Mark.MOVED)
                .or(() -> moving.map(line -> Remnants.Mark.MOVING))
                .orElse(Remnants.Mark.NONE);
        return new MoveMarks(
                leaving,
                answers.has(INCOMING),
                moved.or(() -> moving).or(() -> answers.first(INCOMING)).flatMap(MoveMark::parse));
    }

    private static Optional<String> leading(Answers answers, String word, String host) {
        return answers.first(word)
                .filter(line -> MoveMark.parse(line)
                        .filter(mark -> mark.to().equals(host))
                        .isEmpty());
    }

    /** Whether a VM has come to the host, by a mark that both hosts see. */
    public static boolean ledHere(Answers answers, String host) {
        return answers.first(MOVED)
                .flatMap(MoveMark::parse)
                .filter(mark -> mark.to().equals(host))
                .isPresent();
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
