package tplctl.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Map;
import tplctl.engine.Outcome;
import tplctl.engine.Report;

/**
 * A run's end as {@code tplctl.report/v1}. {@code interrupted} is there only when the run was; {@code unreachable}, the reason for each
 * host that could not be reached, and {@code phases}, the seconds that each took, only when there are any.
 */
public final class ReportJson {
    private ReportJson() {}

    /** A run of which nothing but its outcomes is known. */
    public static JsonObject of(Report report) {
        return of(report, RunContext.NONE);
    }

    /** A run and what is known besides. */
    public static JsonObject of(Report report, RunContext context) {
        JsonObject json = new JsonObject();
        json.addProperty("schema", "tplctl.report/v1");
        Tally tally = Tally.of(report.outcomes());
        JsonObject summary = new JsonObject();
        summary.addProperty("ok", tally.ok());
        summary.addProperty("changed", tally.changed());
        summary.addProperty("failed", tally.failed());
        summary.addProperty("skipped", tally.skipped());
        summary.addProperty("unreachable", tally.unreachable());
        json.add("summary", summary);
        json.addProperty("seconds", Json.seconds(report.took()));
        JsonArray resources = new JsonArray();
        report.outcomes().forEach(o -> resources.add(outcome(o)));
        json.add("resources", resources);
        if (report.interrupted()) {
            json.addProperty("interrupted", true);
        }
        PlanJson.addUnreachable(context.unreachable(), json);
        if (!context.phases().isEmpty()) {
            JsonObject phases = new JsonObject();
            context.phases().forEach((name, took) -> phases.addProperty(name, Json.seconds(took)));
            json.add("phases", phases);
        }
        return json;
    }

    /** One entry of {@code resources}. */
    public static JsonObject outcome(Outcome outcome) {
        OutcomeWords words = OutcomeWords.of(outcome);
        JsonObject json = new JsonObject();
        json.addProperty("id", outcome.id().toString());
        json.addProperty("outcome", words.key());
        json.addProperty("seconds", Json.seconds(outcome.took()));
        json.addProperty("message", words.message());
        json.add("metrics", metrics(words.metrics()));
        return json;
    }

    private static JsonObject metrics(Map<String, Object> metrics) {
        JsonObject json = new JsonObject();
        metrics.forEach((name, value) -> {
            if (value instanceof Number number) {
                json.addProperty(name, number);
            } else if (value instanceof Boolean bool) {
                json.addProperty(name, bool);
            } else {
                json.addProperty(name, value.toString());
            }
        });
        return json;
    }
}
