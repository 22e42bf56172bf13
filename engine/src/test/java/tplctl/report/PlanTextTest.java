package tplctl.report;

import static org.assertj.core.api.Assertions.assertThat;
import static tplctl.report.Samples.id;
import static tplctl.report.Samples.owned;
import static tplctl.report.Samples.resource;
import static tplctl.report.Samples.run;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tplctl.kind.Change;
import tplctl.kind.Impact;
import tplctl.kind.Removal;
import tplctl.kind.ResourceId;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.kind.Word;
import tplctl.model.Plan;
import tplctl.model.PlannedRemoval;
import tplctl.model.PlannedResource;

class PlanTextTest {
    private static final ResourceId RAMDISK = id("o41", "mounts.ramdisk");

    static final Plan MANY = new Plan(
            List.of(
                    planned("o41", "packages.default"),
                    planned(
                            "o41",
                            "mounts.ramdisk",
                            Change.create("", "tmpfs of 1G"),
                            Change.create(
                                    "path",
                                    "/mnt/ram disk",
                                    run("mkdir -p -- {}", "/mnt/ram disk"),
                                    run("mount -t tmpfs -o size={} tmpfs {}\ntrue", "1G", "/mnt/ram disk"))),
                    planned("o41", "mounts.hugetlb", Change.update("size", "1G", "2G")),
                    planned(
                            "o40",
                            "vms.web-1",
                            new Change(Impact.REPLACE, "template", "base", "new", List.of())
                                    .noting(List.of("its disk goes too")),
                            Change.update("motd", "one\ntwo", "")),
                    planned(
                            "o40",
                            "vms.web-2",
                            Change.refused(Impact.UPDATE, "ram", "1G", "2G", "a clone keeps its RAM")),
                    planned("o40", "vms.web-3", new Change(Impact.MIGRATE, "host", "o41", "o40", List.of())),
                    planned("o40", "mounts.odd", new Change(Impact.UNKNOWN, "", "", "", List.of())),
                    new PlannedResource(
                            resource(id("o40", "mounts.broken")),
                            List.of(),
                            "o40: findmnt: exit 127\n  sh: findmnt: not found")),
            List.of(new PlannedRemoval(
                    owned(id("o41", "mounts.old")),
                    new Removal("/mnt/old", List.of(run("umount -- {}", "/mnt/old")), List.of("the directory stays")),
                    List.of())),
            List.of(owned(id("o41", "mounts.old")), owned(id("o41", "mounts.older"))),
            List.of(new Plan.Problem(id("o40", "vms.web-2"), "a clone keeps its RAM", "make a new one")));

    @Test
    void showsEveryActionHostByHost() {
        Golden.check("plan-many-hosts.txt", render(MANY, PlanText.Options.PLAIN));
    }

    @Test
    void showsCommandsDifferencesAndWhatHoldsWhenAsked() {
        PlanText.Options all = new PlanText.Options(true, true, Map.of(RAMDISK, "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n"));
        Golden.check("plan-all.txt", render(MANY, all));
    }

    @Test
    void leavesTheHostOutWhereThereIsOne() {
        Plan plan = plan(planned("localhost", "mounts.ramdisk", Change.create("path", "/mnt/ramdisk")));
        assertThat(render(plan, PlanText.Options.PLAIN)).isEqualTo("""
                        + create

                           + mounts.ramdisk
                              path: /mnt/ramdisk

                        Plan: 1 to create, 0 to update, 0 to replace, 0 to remove, 0 unchanged.
                        """);
    }

    @Test
    void saysThatThereIsNothingToDo() {
        assertThat(render(plan(planned("a", "mounts.x"), planned("a", "mounts.y")), PlanText.Options.PLAIN))
                .isEqualTo("Nothing to do: 2 resources hold.\n");
        assertThat(render(plan(planned("a", "mounts.x")), PlanText.Options.PLAIN))
                .isEqualTo("Nothing to do: 1 resource holds.\n");
        assertThat(render(plan(), PlanText.Options.PLAIN)).isEqualTo("Nothing to do.\n");
    }

    @Test
    void tellsOnceWhyAHostsResourcesCannotBeReached() {
        String why = "o40: no route";
        PlannedResource away =
                new PlannedResource(resource(id("o40", "mounts.x")), List.of(), why, true, Optional.empty());
        Plan plan = new Plan(
                List.of(away, planned("o41", "mounts.x", Change.create("path", "/x"))),
                List.of(),
                List.of(),
                List.of(),
                List.of(
                        new Plan.Absent(id("o40", "vms.a"), why, true),
                        new Plan.Absent(id("o42", "vms.b"), "o42: no facts", false)));
        Map<String, String> unreachable = Map.of("o40", why, "o39", "o39: refused");
        assertThat(render(plan, new PlanText.Options(false, false, Map.of(), unreachable)))
                .isEqualTo("""
                        + create

                        o40:
                           ! vms.a
                           ! mounts.x
                              unreachable: o40: no route

                        o42:
                           ! vms.b
                              failed: o42: no facts

                        o41:
                           + mounts.x
                              path: /x

                        o39:
                              unreachable: o39: refused

                        Plan: 1 to create, 0 to update, 0 to replace, 0 to remove, 1 failed, 2 unreachable, 0 unchanged.
                        """);
        JsonObject json = PlanJson.of(plan, unreachable);
        assertThat(json.getAsJsonArray("resources"))
                .extracting(r -> r.getAsJsonObject().get("id").getAsString() + " "
                        + r.getAsJsonObject().get("action").getAsString())
                .containsExactly(
                        "o40:vms.a unreachable", "o42:vms.b failed", "o40:mounts.x unreachable", "o41:mounts.x create");
        assertThat(json.getAsJsonObject("unreachable").keySet()).containsExactly("o39", "o40");
    }

    @Test
    void keepsToAsciiWhereItMust() {
        String text = PlanText.render(MANY, PlanText.Options.PLAIN, new Style(false, 80, true));
        assertThat(text).isASCII().contains("size: 1G -> 2G");
    }

    @Test
    void showsNoSecret() {
        Step step = new Step.Run(Sh.of("login {}", new Word.Secret("hunter2")), "logging in");
        Plan plan = plan(planned("a", "mounts.x", Change.create("path", "/x", step)));
        PlanText.Options commands = new PlanText.Options(true, false, Map.of());
        assertThat(render(plan, commands)).contains("login ***").doesNotContain("hunter2");
        assertThat(Json.document(PlanJson.of(plan))).contains("login ***").doesNotContain("hunter2");
    }

    static Plan plan(PlannedResource... planned) {
        return new Plan(List.of(planned), List.of(), List.of(), List.of());
    }

    static PlannedResource planned(String host, String local, Change... changes) {
        return new PlannedResource(resource(id(host, local)), List.of(changes), "");
    }

    private static String render(Plan plan, PlanText.Options options) {
        return PlanText.render(plan, options, Style.PLAIN);
    }
}
