package tplctl.machine;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a person may send to a VM's QMP without breaking what tplctl promises: that a VM runs on one host only, that a template's RAM
 * file and frozen disks stay as they are, and that a VM is on the disks that are recorded for it.
 */
public final class QmpRules {
    /**
     * How the VM stands.
     *
     * @param host that it was found on
     * @param wasUp whether it was ever ready
     * @param runState as {@code query-status} names it
     * @param shared whether its RAM is a template's
     */
    public record Situation(
            String name,
            String host,
            MoveMarks marks,
            boolean wasUp,
            String runState,
            boolean shared,
            QemuVersion version) {}

    private record Rule(Pattern command, String why) {
        Rule(String command, String why) {
            this(Pattern.compile(command), why);
        }
    }

    private static final String MONITOR = "human-monitor-command";

    /** What changes nothing that anybody relies on. */
    private static final Pattern LOOKS = Pattern.compile("(x-)?query-.*|qom-(get|list.*)|device-list-properties");

    /** Commands of the human monitor that only look (QEMU, hmp-commands.hx). */
    private static final Set<String> MONITOR_LOOKS = Set.of("info", "help", "?", "print", "p", "x", "xp", "sum");

    /** In these a guest is, or was, another host's as well (QEMU, qapi/run-state.json). */
    private static final Set<String> HANDED_OVER = Set.of("postmigrate", "finish-migrate", "inmigrate");

    private static final List<Rule> RULES = List.of(
            new Rule(
                    "migrate([-_].*)?",
                    "moving a VM is for a playbook's migrations: they see to it that it runs on one host only"),
            new Rule(
                    "block-commit|commit",
                    "it writes to the image below the VM's disk, on which the template's clones stand"),
            new Rule(
                    "blockdev-snapshot(-sync)?|snapshot_blkdev|change-backing-file|(drive|blockdev)[-_]mirror|transaction"
                            + "|blockdev-reopen|blockdev-(change|insert)-medium|change|drive_add",
                    "it puts the VM on another disk than the one that it is started from the next time"));

    /** They bring in devices and backends, which must not give the template's memory back, or take it all. */
    private static final Pattern BRINGS = Pattern.compile("balloon|(device|netdev|object)[-_]add|qom-set");

    private QmpRules() {}

    /** Whether the command only looks, whatever state the VM is in. */
    public static boolean looks(String command, JsonObject arguments) {
        return command.equals(MONITOR)
                ? MONITOR_LOOKS.contains(word(line(arguments)))
                : LOOKS.matcher(command).matches();
    }

    /** Why a command is not sent; empty when it may be. */
    public static Optional<String> refusal(String command, JsonObject arguments, Situation at) {
        if (looks(command, arguments)) {
            return Optional.empty();
        }
        boolean typed = command.equals(MONITOR);
        String name = typed ? word(line(arguments)) : command;
        String text = typed ? line(arguments) : command + " " + arguments;
        return unsettled(at)
                .or(() -> handedOver(name, at))
                .or(() -> RULES.stream()
                        .filter(r -> r.command().matcher(name).matches())
                        .map(Rule::why)
                        .findFirst())
                .or(() -> at.shared() && BRINGS.matcher(name).matches()
                        ? SharingRules.refusal(text, at.version())
                        : Optional.empty());
    }

    private static Optional<String> unsettled(Situation at) {
        MoveMarks marks = at.marks();
        if (marks.isMoved()) {
            return Optional.of(at.name() + " runs on " + marks.to() + " now, and what is left of it on " + at.host()
                    + " must never run");
        }
        if (marks.isMoving()) {
            return Optional.of("a move of " + at.name() + " to " + marks.to() + " was begun and did not end");
        }
        if (marks.incoming()) {
            return Optional.of(at.name() + " only arrives on " + at.host() + " and is not that host's yet");
        }
        return at.wasUp()
                ? Optional.empty()
                : Optional.of(at.name() + " is being started, or an interrupted start left it");
    }

    private static Optional<String> handedOver(String command, Situation at) {
        boolean harmless = command.equals("quit") || command.equals("q");
        return harmless || !HANDED_OVER.contains(at.runState())
                ? Optional.empty()
                : Optional.of("it is in the state " + at.runState()
                        + ": its guest is on another host, or on the way, and must not run on both");
    }

    private static String line(JsonObject arguments) {
        JsonElement line = arguments.get("command-line");
        return line != null && line.isJsonPrimitive() ? line.getAsString().strip() : "";
    }

    private static String word(String line) {
        return line.split("[\\s/]", 2)[0];
    }
}
