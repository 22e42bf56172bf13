package tplctl.cli;

import java.util.List;
import tplctl.report.Json;
import tplctl.report.JsonSchema;

/** {@code schema}: what editors need to help with playbooks. */
final class SchemaCommand implements Command {
    @Override
    public Form form() {
        return new Form(
                "Prints a JSON Schema (draft-07) of playbooks. An editor with yaml-language-server uses it for files that"
                        + " begin with the line \"# yaml-language-server: $schema=tplctl.schema.json\".",
                "",
                "tplctl schema > tplctl.schema.json",
                List.of());
    }

    @Override
    public int run(Invocation invocation) {
        invocation.print(Json.document(JsonSchema.of(invocation.kinds().values())));
        return ExitCode.DONE;
    }
}
