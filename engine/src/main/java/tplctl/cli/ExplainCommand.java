package tplctl.cli;

import java.util.List;
import tplctl.report.ExplainText;

/** {@code explain}: the documentation of kinds and fields. */
final class ExplainCommand implements Command {
    @Override
    public Form form() {
        return new Form(
                "Shows a kind's fields, types, defaults and an example, or one field's; without a kind, all kinds.",
                "[KIND[.FIELD]]",
                "tplctl explain templates.machine.ram",
                List.of(Flag.NO_COLOR));
    }

    @Override
    public int run(Invocation invocation) {
        List<String> names = invocation.args().positionals();
        if (names.isEmpty()) {
            invocation.print(ExplainText.kinds(invocation.kinds().values(), invocation.style()));
            return ExitCode.DONE;
        }
        ExplainText.Answer answer =
                ExplainText.of(names.get(0), invocation.kinds().values(), invocation.style());
        if (!answer.found()) {
            throw new UsageException(answer.text());
        }
        invocation.print(answer.text());
        return ExitCode.DONE;
    }
}
