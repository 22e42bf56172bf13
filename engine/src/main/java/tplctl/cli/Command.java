package tplctl.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** One command: what it takes and what it does. */
interface Command {
    /**
     * What a command takes and how its help describes it.
     *
     * @param parameters what its parameters are, such as {@code NAME [PLAYBOOK]}; in brackets what may be left out, empty when there
     *     is none
     * @param example one complete command line
     */
    record Form(String description, String parameters, String example, List<Flag> flags) {
        /** Refuses parameters that are missing or too many. */
        void check(List<String> given) {
            List<String> words = words();
            if (given.size() < words.size() && !words.get(given.size()).startsWith("[")) {
                throw new UsageException("it needs a " + words.get(given.size()));
            }
            int most = words.size();
            if (given.size() > most) {
                throw new UsageException("\"" + given.get(most) + "\" is too much: it takes "
                        + (most == 0 ? "no parameter" : (most == 1 ? "one " : "") + parameters));
            }
        }

        /** The parameters one by one, in brackets those that may be left out. */
        List<String> words() {
            return parameters.isEmpty() ? List.of() : List.of(parameters.split(" "));
        }
    }

    Form form();

    /** Does it and returns the exit code. */
    int run(Invocation invocation);

    /** The command's specification; building it costs, so only the command that runs is asked. */
    default CommandSpec spec(String name) {
        Form form = form();
        CommandSpec spec = CommandSpec.create().name("tplctl " + name);
        form.flags().forEach(flag -> spec.addOption(flag.spec()));
        spec.addOption(Flag.HELP.spec());
        spec.addPositional(PositionalParamSpec.builder()
                .index("0..*")
                .arity("0..*")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .hidden(true)
                .build());
        String synopsis =
                "tplctl " + name + " [options]" + (form.parameters().isEmpty() ? "" : " " + form.parameters());
        spec.usageMessage()
                .customSynopsis(synopsis)
                .description(form.description() + "%n")
                .footer("%nExample: " + form.example())
                .sortOptions(false);
        return spec;
    }
}
