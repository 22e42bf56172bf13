package tplctl.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tplctl.kind.Change;
import tplctl.kind.Impact;
import tplctl.kind.Step;
import tplctl.model.Plan;
import tplctl.model.PlannedRemoval;
import tplctl.model.PlannedResource;

/**
 * A plan as {@code tplctl.plan/v1}. Removals come first, as they run, with the action {@code remove}; a resource that holds has
 * the action {@code unchanged}, one that could not be planned {@code failed}, or {@code unreachable} as its host is; why is its
 * {@code failure}. {@code unreachable} has the reason for each host that could not be reached, with resources or without. It,
 * {@code problems}, and a resource's {@code failure} and {@code notes} are there only when there are any.
 */
public final class PlanJson {
    private PlanJson() {}

    /** A plan of hosts that could all be reached. */
    public static JsonObject of(Plan plan) {
        return of(plan, Map.of());
    }

    /** A plan, and why hosts could not be reached. */
    public static JsonObject of(Plan plan, Map<String, String> unreachable) {
        JsonObject json = new JsonObject();
        json.addProperty("schema", "tplctl.plan/v1");
        json.add("summary", summary(plan));
        JsonArray orphans = new JsonArray();
        plan.orphans().forEach(o -> orphans.add(o.id().toString()));
        json.add("orphans", orphans);
        JsonArray resources = new JsonArray();
        plan.removals().forEach(r -> resources.add(removal(r)));
        plan.absent().forEach(a -> resources.add(absent(a)));
        plan.inOrder().forEach(p -> resources.add(resource(p)));
        json.add("resources", resources);
        if (!plan.problems().isEmpty()) {
            JsonArray problems = new JsonArray();
            plan.problems().forEach(p -> problems.add(problem(p)));
            json.add("problems", problems);
        }
        addUnreachable(unreachable, json);
        return json;
    }

    /** Why hosts could not be reached, by host; nothing when all could. */
    static void addUnreachable(Map<String, String> unreachable, JsonObject to) {
        if (!unreachable.isEmpty()) {
            JsonObject hosts = new JsonObject();
            new TreeMap<>(unreachable).forEach(hosts::addProperty);
            to.add("unreachable", hosts);
        }
    }

    private static JsonObject absent(Plan.Absent absent) {
        JsonObject json = new JsonObject();
        json.addProperty("id", absent.id().toString());
        json.addProperty("action", absent.unreachable() ? "unreachable" : "failed");
        json.add("changes", new JsonArray());
        json.add("commands", new JsonArray());
        json.addProperty("failure", absent.why());
        return json;
    }

    private static JsonObject summary(Plan plan) {
        JsonObject summary = new JsonObject();
        for (Impact impact :
                List.of(Impact.CREATE, Impact.UPDATE, Impact.REPLACE, Impact.REMOVE, Impact.MIGRATE, Impact.UNKNOWN)) {
            summary.addProperty(PlanWords.key(impact), plan.count(impact));
        }
        summary.addProperty("unchanged", plan.unchanged());
        return summary;
    }

    private static JsonObject resource(PlannedResource planned) {
        JsonObject json = new JsonObject();
        json.addProperty("id", planned.id().toString());
        json.addProperty(
                "action",
                planned.isFailed()
                        ? planned.unreachable() ? "unreachable" : "failed"
                        : planned.action().map(PlanWords::key).orElse("unchanged"));
        JsonArray changes = new JsonArray();
        JsonArray commands = new JsonArray();
        JsonArray notes = new JsonArray();
        for (Change change : planned.changes()) {
            JsonObject one = new JsonObject();
            one.addProperty("field", change.field());
            one.addProperty("from", change.from());
            one.addProperty("to", change.to());
            changes.add(one);
            addCommands(change.steps(), commands);
            change.notes().forEach(notes::add);
        }
        json.add("changes", changes);
        json.add("commands", commands);
        if (planned.isFailed()) {
            json.addProperty("failure", planned.failure());
        }
        addNotes(notes, json);
        return json;
    }

    private static JsonObject removal(PlannedRemoval planned) {
        JsonObject json = new JsonObject();
        json.addProperty("id", planned.id().toString());
        json.addProperty("action", PlanWords.key(Impact.REMOVE));
        json.add("changes", new JsonArray());
        JsonArray commands = new JsonArray();
        addCommands(planned.removal().steps(), commands);
        json.add("commands", commands);
        JsonArray notes = new JsonArray();
        planned.removal().notes().forEach(notes::add);
        addNotes(notes, json);
        return json;
    }

    private static JsonObject problem(Plan.Problem problem) {
        JsonObject json = new JsonObject();
        json.addProperty("id", problem.id().toString());
        json.addProperty("message", problem.message());
        json.addProperty("advice", problem.advice());
        return json;
    }

    private static void addCommands(List<Step> steps, JsonArray to) {
        steps.forEach(step -> step.shown().forEach(to::add));
    }

    private static void addNotes(JsonArray notes, JsonObject to) {
        if (!notes.isEmpty()) {
            to.add("notes", notes);
        }
    }
}
