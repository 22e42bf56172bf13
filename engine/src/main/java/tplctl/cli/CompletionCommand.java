package tplctl.cli;

import java.util.List;
import java.util.Set;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** {@code completion}: scripts by which shells complete commands and options. */
final class CompletionCommand implements Command {
    private static final Set<String> FILES = Set.of("PLAYBOOK", "[PLAYBOOK]");

    @Override
    public Form form() {
        return new Form(
                "Prints a completion script for a shell: bash, zsh or fish.",
                "SHELL",
                "tplctl completion bash > ~/.local/share/bash-completion/completions/tplctl",
                List.of());
    }

    @Override
    public int run(Invocation invocation) {
        String shell = invocation.args().positionals().get(0);
        invocation.print(
                switch (shell) {
                    case "bash" -> bash();
                    case "zsh" -> "autoload -U +X bashcompinit && bashcompinit\n" + bash();
                    case "fish" -> fish();
                    default -> throw new UsageException("SHELL is bash, zsh or fish, not \"" + shell + "\"");
                });
        return ExitCode.DONE;
    }

    private static String bash() {
        CommandLine root = new CommandLine(CommandSpec.create().name("tplctl"));
        for (Catalogue entry : Catalogue.shown()) {
            root.addSubcommand(entry.word(), new CommandLine(entry.command().spec(entry.word())));
        }
        return AutoComplete.bash("tplctl", root);
    }

    private static String fish() {
        StringBuilder out = new StringBuilder("complete -c tplctl -f\n");
        for (Catalogue entry : Catalogue.shown()) {
            out.append("complete -c tplctl -n __fish_use_subcommand -a ")
                    .append(entry.word())
                    .append(" -d ")
                    .append(quoted(entry.summary()))
                    .append('\n');
            Form form = entry.command().form();
            String here = "complete -c tplctl -n '__fish_seen_subcommand_from " + entry.word() + "'";
            if (form.words().stream().anyMatch(FILES::contains)) {
                out.append(here).append(" -F\n");
            }
            for (Flag flag : form.flags()) {
                out.append(here);
                flag.names()
                        .forEach(n ->
                                out.append(n.startsWith("--") ? " -l " + n.substring(2) : " -s " + n.substring(1)));
                out.append(flag.takesValue() ? " -r" : "")
                        .append(" -d ")
                        .append(quoted(flag.description()))
                        .append('\n');
            }
        }
        return out.toString();
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
