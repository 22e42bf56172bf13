package tplctl.cli;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Optional;
import tplctl.diag.Diagnostics;
import tplctl.model.Project;
import tplctl.report.DiagnosticsJson;
import tplctl.report.DiagnosticsText;

/** {@code validate}: reads a playbook as apply does, with the facts of an ordinary host, and asks no host anything. */
final class ValidateCommand implements Command {
    @Override
    public Form form() {
        return new Form(
                "Checks a playbook without asking any host: where an expression uses facts, those of an ordinary x86_64"
                        + " host are taken. Everything that is wrong is shown in one pass.",
                "PLAYBOOK",
                "tplctl validate playbooks/quickstart.yml",
                List.of(
                        Flag.INVENTORY,
                        Flag.EXTRA_VARS,
                        Flag.OWNER,
                        Flag.OUTPUT,
                        Flag.JSON,
                        Flag.QUIET,
                        Flag.NO_COLOR));
    }

    @Override
    public int run(Invocation invocation) {
        Output output = Output.of(invocation.args());
        Loader loader = new Loader(invocation);
        Diagnostics found = new Diagnostics();
        Optional<Project> project = loader.inventory(found)
                .flatMap(inventory ->
                        loader.read(loader.playbook(), inventory, host -> Optional.of(OrdinaryHost.facts()), found));
        if (output != Output.TEXT) {
            JsonObject document = DiagnosticsJson.of(found.sorted());
            if (output == Output.JSON) {
                invocation.print(document);
            } else {
                invocation.printLine("validate", document);
            }
            return found.hasErrors() ? ExitCode.INVALID : ExitCode.DONE;
        }
        found.throwIfErrors();
        if (!invocation.args().has(Flag.QUIET)) {
            invocation
                    .terminal()
                    .err()
                    .print(DiagnosticsText.render(found.sorted(), invocation.sources(), invocation.talkStyle()));
            project.ifPresent(p -> invocation.print(summary(loader.playbook(), p)));
        }
        return ExitCode.DONE;
    }

    private static String summary(String playbook, Project project) {
        int resources = project.playbook().resources().size();
        int hosts = project.playbook().hosts().size();
        return playbook + ": valid, " + resources + (resources == 1 ? " resource on " : " resources on ") + hosts
                + (hosts == 1 ? " host\n" : " hosts\n");
    }
}
