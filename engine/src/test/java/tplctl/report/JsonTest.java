package tplctl.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import org.junit.jupiter.api.Test;
import tplctl.engine.Status;

class JsonTest {
    @Test
    void writesThePlansSchema() {
        Golden.check("plan.json.txt", Json.document(PlanJson.of(PlanTextTest.MANY)));
    }

    @Test
    void hasOnlyTheStableKeysForAnOrdinaryPlan() {
        JsonObject plan = PlanJson.of(PlanTextTest.plan(PlanTextTest.planned("a", "mounts.x")));
        assertThat(Json.line(plan))
                .isEqualTo(
                        "{\"schema\":\"tplctl.plan/v1\",\"summary\":{\"create\":0,\"update\":0,\"replace\":0,\"remove\":0,"
                                + "\"migrate\":0,\"unknown\":0,\"unchanged\":1},\"orphans\":[],\"resources\":[{\"id\":\"a:mounts.x\","
                                + "\"action\":\"unchanged\",\"changes\":[],\"commands\":[]}]}");
    }

    @Test
    void writesTheReportsSchema() {
        Golden.check("report.json.txt", Json.document(ReportJson.of(ReportTextTest.MIXED)));
    }

    @Test
    void writesTheStatusSchema() {
        Status status = new Status(
                "o41",
                List.of(new Status.Template("base", "site", "3f2a", 1 << 30, "")),
                List.of(new Status.Vm("web-1", "site", "base", "running", 7, 61, 5, 6)));
        assertThat(Json.line(StatusJson.of(List.of(status))))
                .isEqualTo(
                        "{\"schema\":\"tplctl.status/v1\",\"hosts\":[{\"name\":\"o41\",\"templates\":[{\"name\":\"base\","
                                + "\"digest\":\"3f2a\",\"memory_bytes\":1073741824}],\"vms\":[{\"name\":\"web-1\",\"template\":\"base\","
                                + "\"state\":\"running\",\"pid\":7,\"uptime_seconds\":61,\"private_bytes\":5,\"shared_bytes\":6}]}]}");
    }

    @Test
    void writesTheSameDocumentIndentedAndOnOneLine() {
        JsonObject plan = PlanJson.of(PlanTextTest.MANY);
        assertThat(JsonParser.parseString(Json.document(plan))).isEqualTo(JsonParser.parseString(Json.line(plan)));
        assertThat(Json.line(plan)).doesNotContain("\n");
    }
}
