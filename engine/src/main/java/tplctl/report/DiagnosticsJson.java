package tplctl.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Locale;
import tplctl.diag.Diagnostic;

/** What {@code validate} found as {@code tplctl.validate/v1}. */
public final class DiagnosticsJson {
    private DiagnosticsJson() {}

    public static JsonObject of(List<Diagnostic> diagnostics) {
        JsonObject json = new JsonObject();
        json.addProperty("schema", "tplctl.validate/v1");
        json.addProperty("valid", diagnostics.stream().noneMatch(d -> d.severity() == Diagnostic.Severity.ERROR));
        JsonArray all = new JsonArray();
        for (Diagnostic diagnostic : diagnostics) {
            JsonObject one = new JsonObject();
            one.addProperty("severity", diagnostic.severity().name().toLowerCase(Locale.ROOT));
            one.addProperty("file", diagnostic.at().file());
            one.addProperty("line", diagnostic.at().line());
            one.addProperty("column", diagnostic.at().column());
            one.addProperty("summary", diagnostic.summary());
            one.addProperty("detail", diagnostic.detail());
            all.add(one);
        }
        json.add("diagnostics", all);
        return json;
    }
}
