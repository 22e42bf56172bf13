package tplctl.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** The commands by name. Nothing of a command is loaded before it is asked for. */
enum Catalogue {
    APPLY("make what the playbook says so", () -> new RunCommand(RunCommand.Mode.APPLY)),
    PLAN("show what apply would do", () -> new RunCommand(RunCommand.Mode.PLAN)),
    DESTROY("remove what the playbook declares", () -> new RunCommand(RunCommand.Mode.DESTROY)),
    STATUS("show templates and VMs and their memory", StatusCommand::new),
    CONSOLE("join this terminal with a VM's serial console", ConsoleCommand::new),
    QMP("send a VM's emulator a QMP command", QmpRequestCommand::new),
    VALIDATE("check a playbook without asking any host", ValidateCommand::new),
    GRAPH("print the resources' graph for Graphviz or Mermaid", GraphCommand::new),
    EXPLAIN("show a kind's fields, types and defaults", ExplainCommand::new),
    SCHEMA("print a JSON Schema of playbooks for editors", SchemaCommand::new),
    INVENTORY("show hosts and their variables", InventoryCommand::new),
    COMPLETION("print a completion script for bash, zsh or fish", CompletionCommand::new),
    VERSION("print the version", VersionCommand::new),
    WARMUP("", WarmupCommand::new);

    private final String summary;

    @SuppressWarnings("ImmutableEnumChecker") // a constructor reference holds nothing
    private final Supplier<Command> command;

    Catalogue(String summary, Supplier<Command> command) {
        this.summary = summary;
        this.command = command;
    }

    /** The command as it is typed. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    String summary() {
        return summary;
    }

    Command command() {
        return command.get();
    }

    static Optional<Catalogue> find(String word) {
        return Arrays.stream(values()).filter(c -> c.word().equals(word)).findFirst();
    }

    /** Those that help and completion tell about. */
    static List<Catalogue> shown() {
        return Arrays.stream(values()).filter(c -> !c.summary.isEmpty()).toList();
    }

    static String overview() {
        StringBuilder text = new StringBuilder("""
                Usage: tplctl COMMAND [options] [PLAYBOOK]

                Provisions hosts for VM templating: templates, clones that share their memory, and migrations.

                Commands:
                """);
        shown().forEach(c -> text.append(String.format(Locale.ROOT, "  %-11s %s%n", c.word(), c.summary())));
        return text.append("""

                        tplctl COMMAND --help shows a command's options.
                        Example: tplctl plan playbooks/quickstart.yml

                        Exit codes: 0 done; 1 internal error; 2 failed, or changes pending with --detailed-exitcode;
                        3 invalid playbook or inventory; 4 unreachable; 5 usage; 6 locked; 7 declined; 130, 143 interrupted.
                        """).toString();
    }
}
