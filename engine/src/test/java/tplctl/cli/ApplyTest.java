package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tplctl.kind.ResourceId;
import tplctl.model.OwnedRecord;
import tplctl.report.Golden;

class ApplyTest {
    private static final String TWO = """
            - hosts: localhost
              notes:
                a: { text: hello, tags: [first] }
                b: { text: there, needs: notes.a }
            """;

    @TempDir
    Path dir;

    private Tplctl tplctl;
    private String playbook;

    @BeforeEach
    void setUp() {
        tplctl = new Tplctl(dir);
        playbook = tplctl.write("site.yml", TWO);
    }

    @Test
    void showsThePlanRunsItAndEndsWithTheRecap() {
        Tplctl.Result result = tplctl.run("apply", playbook).exits(0);
        Golden.check("apply.txt", result.out());
        assertThat(result.err())
                .isEqualTo("changed: [localhost] notes.a (0.1 s)\nchanged: [localhost] notes.b (0.1 s)\n");
        assertThat(tplctl.session.asked)
                .containsExactly(
                        "lock [localhost] for tplctl apply " + playbook,
                        "observe [localhost:notes.a, localhost:notes.b] on [localhost]");
        assertThat(tplctl.session.closed).isTrue();
    }

    @Test
    void saysThatThereIsNothingToDo() {
        bothThere();
        Tplctl.Result result = tplctl.run("apply", playbook).exits(0);
        assertThat(result.out()).isEqualTo("""
                        Nothing to do: 2 resources hold.

                        localhost : ok=2 changed=0 unreachable=0 failed=0 skipped=0
                        """);
        assertThat(result.err()).isEmpty();
    }

    @Test
    void saysOnlyTheRecapWhenQuiet() {
        Tplctl.Result result = tplctl.run("apply", "-q", playbook).exits(0);
        assertThat(result.out()).isEqualTo("localhost : ok=2 changed=2 unreachable=0 failed=0 skipped=0\n");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void onlyPlansWhenChecking() {
        assertThat(tplctl.run("apply", "--check", playbook).exits(0).out())
                .isEqualTo(tplctl.run("plan", playbook).exits(0).out());
        assertThat(tplctl.session.runs).isZero();
        assertThat(tplctl.session.asked).noneMatch(a -> a.startsWith("lock"));
    }

    @Test
    void needsAgreementForAReplacement() {
        tplctl.session.notes.put("localhost:notes.a", Notes.CARVED);
        assertThat(tplctl.run("apply", playbook).exits(7).err()).contains("nobody is there to agree; --yes agrees");
        assertThat(tplctl.typing("n\n").run("apply", playbook).exits(7).err())
                .isEqualTo("Do it? [y/N] tplctl: declined; nothing was changed\n");
        assertThat(tplctl.typing("").run("apply", playbook).exits(7).err()).contains("declined");
        assertThat(tplctl.session.runs).isZero();
        tplctl.typing("yes\n").run("apply", playbook).exits(0);
        tplctl.run("apply", "-auto-approve", playbook).exits(0);
        assertThat(tplctl.session.runs).isEqualTo(2);
    }

    @Test
    void writesOneDocumentAndNothingElseAsJson() {
        JsonObject report = JsonParser.parseString(
                        tplctl.run("apply", "-o", "json", playbook).exits(0).out())
                .getAsJsonObject();
        assertThat(report.get("schema").getAsString()).isEqualTo("tplctl.report/v1");
        assertThat(report.getAsJsonObject("summary").get("changed").getAsInt()).isEqualTo(2);
        tplctl.session.notes.put("localhost:notes.a", Notes.CARVED);
        JsonObject plan = JsonParser.parseString(
                        tplctl.run("apply", "--json", playbook).exits(7).out())
                .getAsJsonObject();
        assertThat(plan.get("schema").getAsString()).isEqualTo("tplctl.plan/v1");
    }

    @Test
    void showsWhatChangesInFiles() {
        tplctl.session.notes.put("localhost:notes.a", "hallo");
        assertThat(tplctl.run("plan", "--diff", playbook).exits(0).out())
                .contains("      --- /notes/a\n      +++ /notes/a\n      @@ -1 +1 @@\n      -hallo\n      +hello\n")
                .contains("      @@ -0,0 +1 @@\n      +there\n");
    }

    @Test
    void tellsPendingChangesByTheExitCodeWhenAsked() {
        tplctl.run("plan", playbook).exits(0);
        tplctl.run("plan", "--detailed-exitcode", playbook).exits(2);
        bothThere();
        tplctl.run("plan", "--detailed-exitcode", playbook).exits(0);
    }

    @Test
    void failsForWhatFailedAndSaysSo() {
        tplctl.session.broken.add("localhost:notes.a");
        assertThat(tplctl.run("plan", playbook).exits(2).out()).contains("failed: the probe made no sense");
        assertThat(tplctl.run("apply", playbook).exits(2).err())
                .isEqualTo(
                        "tplctl: nothing was changed, because this plan cannot run as a whole; --keep-going does the rest"
                                + " of it\n");
        assertThat(tplctl.session.runs).isZero();
        assertThat(tplctl.run("apply", "--keep-going", playbook).exits(2).out())
                .contains("failed: [localhost] notes.a (0.0 s)\n    the probe made no sense\n");
    }

    @Test
    void tellsUnreachableHostsFromFailures() {
        tplctl.session.unreachable.put("localhost", "localhost: connection refused");
        assertThat(tplctl.run("apply", playbook).exits(4).out()).contains("unreachable: [localhost] notes.a");
        tplctl.run("plan", playbook).exits(4);
        assertThat(tplctl.run("destroy", "--yes", playbook).exits(4).out()).contains("connection refused");
    }

    @Test
    void refusesAHostThatAnotherRunHas() {
        tplctl.session.held.put("localhost", "ann@laptop, pid 7");
        assertThat(tplctl.run("apply", playbook).exits(6).err())
                .isEqualTo("tplctl: localhost: locked by ann@laptop, pid 7; wait for it to end\n");
        tplctl.run("plan", playbook).exits(0);
    }

    @Test
    void asksAllSelectedHostsForFactsAtOnceAndNoOther() {
        String facts = tplctl.write(
                "facts.yml",
                "- hosts: { o40: , o41: , o42: }\n  notes: { a: { text: \"{{ facts.cpus }}\" }, b: { text: x } }\n");
        tplctl.run("plan", "-l", "o40,o41", facts).exits(0);
        assertThat(tplctl.session.begun).containsExactly("o40", "o41");
        assertThat(tplctl.session.asked.get(0)).isEqualTo("facts of o40, o41");
        assertThat(tplctl.session.asked).noneMatch(a -> a.contains("o42"));
    }

    @Test
    void aHostWithoutFactsIsUnreachableAndTheOthersAreDone() {
        String facts = tplctl.write("facts.yml", """
                - hosts: { o40: , o41: }
                  notes: { a: { text: "{{ facts.cpus }}" }, b: { text: x, needs: notes.a } }
                - hosts: o41
                  notes: { c: { text: y, needs: o40:notes.a } }
                """);
        tplctl.session.unreachable.put("o40", "o40: no route");
        Tplctl.Result result = tplctl.run("apply", facts).exits(4);
        assertThat(result.out())
                .contains("unreachable: [o40] notes.a, notes.b\n    o40: no route\n")
                .contains("o40 : ok=0 changed=0 unreachable=2 failed=0 skipped=0");
    }

    @Test
    void becomesWhereResourcePlayInventoryOrOptionSay() {
        String become = tplctl.write("become.yml", """
                - hosts: { o40: { ansible_become: "yes" }, o41: , o42: { ansible_become: true } }
                  notes: { a: { text: x } }
                - hosts: o42
                  become: false
                  notes: { b: { text: x } }
                - hosts: o43
                  notes: { c: { text: x, become: true } }
                """.replace("o41: ,", "o41: , o43: ,"));
        tplctl.run("plan", become).exits(0);
        assertThat(tplctl.session.becoming).containsExactly("o40", "o42", "o43");
        tplctl.run("plan", "-b", become).exits(0);
        assertThat(tplctl.session.becoming).containsExactly("o40", "o41", "o42", "o43");
        tplctl.run("plan", "-l", "o41", become).exits(0);
        assertThat(tplctl.session.becoming).isEmpty();
    }

    @Test
    void destroysWhatItsOwnerMade() {
        owned("localhost", "a", "site");
        owned("localhost", "b", "other");
        owned("localhost", "gone", "site");
        assertThat(tplctl.run("destroy", playbook).exits(7).out())
                .contains("- notes.a")
                .doesNotContain("notes.b");
        assertThat(tplctl.run("destroy", "--yes", playbook).exits(0).out())
                .contains("localhost : ok=1 changed=1 unreachable=0 failed=0 skipped=0");
        assertThat(tplctl.run("destroy", "--yes", "--owner", "nobody", playbook)
                        .exits(0)
                        .out())
                .startsWith("Nothing to do.");
    }

    @Test
    void destroysWhatAnotherOwnerOnlySeemsToStandOn() {
        owned("localhost", "a", "site");
        ResourceId others = new ResourceId("localhost", "notes", "on-top");
        tplctl.session.owned.add(
                new OwnedRecord(others, "other", List.of("localhost:notes.a"), List.of(), false, Map.of()));
        tplctl.run("destroy", "--yes", playbook).exits(0);
    }

    @Test
    void prunesOnlyWhenTold() {
        owned("localhost", "gone", "site");
        assertThat(tplctl.run("plan", playbook).exits(0).out())
                .contains("Made by site and no longer declared; --prune removes it:\n  localhost:notes.gone\n");
        assertThat(tplctl.run("plan", "--prune", playbook).exits(0).out()).contains("- notes.gone", "1 to remove");
    }

    @Test
    void limitsItselfToHostsAndTags() {
        String many = tplctl.write(
                "many.yml",
                "- hosts: { o40: , o41: }\n  notes:\n    a: { text: x, tags: [one] }\n    b: { text: y, tags: [two] }\n");
        assertThat(tplctl.run("plan", "-l", "o41", many).exits(0).out())
                .doesNotContain("o40")
                .contains("2 to create");
        assertThat(tplctl.run("plan", "-l", "!o41", many).exits(0).out()).contains("2 to create");
        assertThat(tplctl.run("plan", "-t", "one", many).exits(0).out())
                .contains("o40", "o41")
                .doesNotContain("notes.b");
        assertThat(tplctl.run("plan", "-t", "o40:notes.b", many).exits(0).out()).contains("1 to create");
        assertThat(tplctl.run("plan", "--skip-tags", "one,two", many).exits(0).out())
                .isEqualTo("Nothing to do.\n");
        assertThat(tplctl.run("plan", "-t", "oen", many).exits(5).err())
                .contains("no resource has the tag \"oen\"; did you mean \"one\"?");
        assertThat(tplctl.run("plan", "-l", "o42", many).exits(5).err())
                .contains("-l o42: no host \"o42\" in the inventory; did you mean \"o4");
        assertThat(tplctl.run("plan", "-l", "localhost", many).exits(5).err())
                .contains("no host of the playbook matched --limit; it has: o40, o41");
    }

    @Test
    void failsWhenNoHostMatched() {
        String none = tplctl.write("none.yml", "- hosts: \"o*\"\n  notes: { a: { text: x } }\n");
        assertThat(tplctl.run("apply", none).exits(5).err()).contains("no host matched");
    }

    @Test
    void listsWithoutAskingAnyHost() {
        assertThat(tplctl.run("apply", "--list-hosts", playbook).exits(0).out()).isEqualTo("localhost\n");
        assertThat(tplctl.run("apply", "--list-tasks", playbook).exits(0).out())
                .isEqualTo("localhost:notes.a\nlocalhost:notes.b\n");
        assertThat(tplctl.run("apply", "--list-tags", playbook).exits(0).out()).isEqualTo("first\n");
        tplctl.run("apply", "--syntax-check", playbook).exits(0);
        assertThat(tplctl.session.asked).isEmpty();
    }

    private void bothThere() {
        tplctl.session.notes.put("localhost:notes.a", "hello");
        tplctl.session.notes.put("localhost:notes.b", "there");
    }

    private void owned(String host, String name, String owner) {
        ResourceId id = new ResourceId(host, "notes", name);
        tplctl.session.owned.add(new OwnedRecord(id, owner, List.of(), List.of(), false, Map.of()));
    }
}
