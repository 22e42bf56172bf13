package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.engine.ThingHosts;
import tplctl.host.CommandResult;
import tplctl.model.Thing;

/** The table "Before the run" of {@code docs/running.md}, through the commands and the engine on hosts in memory. */
@Timeout(60)
class FleetRulesTest {
    private static final String INVENTORY = "all: { hosts: { h1: , h2: } }\n";
    private static final String PLAYBOOK = """
            - hosts: h1
              things: { a: { takes: "{{ t }}" }, b: { ref: a }, c: { takes: "{{ t }}" }, d: }
            - hosts: h2
              things: { e: , f: { needs: h1:things.a } }
            """;

    @TempDir
    Path dir;

    private final ThingHosts hosts = new ThingHosts(this::answer);
    private String befalls = "nothing";

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # what befalls h1's a or h1 | --keep-going | exit | h1: a     b           c           d       h2: e   f
            nothing                     | no           | 0    | changed     changed     changed     changed     changed changed
            h1 is held                  | no           | 6    | -
            h1 is held                  | yes          | 2    | failed      skipped     failed      failed      changed skipped
            h1 cannot be locked         | no           | 2    | -
            h1 cannot be locked         | yes          | 2    | failed      skipped     failed      failed      changed skipped
            h1 is unreachable           | no           | 4    | unreachable unreachable unreachable unreachable changed skipped
            h1 is unreachable           | yes          | 4    | unreachable unreachable unreachable unreachable changed skipped
            a cannot be observed        | no           | 2    | -
            a cannot be observed        | yes          | 2    | failed      skipped     changed     changed     changed skipped
            a is refused                | no           | 2    | -
            a is refused                | yes          | 2    | failed      skipped     changed     changed     changed skipped
            not enough room             | no           | 2    | -
            not enough room             | yes          | 2    | failed      skipped     failed      changed     changed skipped
            """)
    void holdBeforeTheRun(String event, String keepGoing, int exit, String outcomes) {
        befalls = event;
        switch (event) {
            case "h1 is held" -> hosts.host("h1").lockedBy("ann@laptop, pid 7");
            case "h1 cannot be locked" -> hosts.host("h1").lockFails("read-only file system");
            case "h1 is unreachable" -> hosts.away("h1", "no route");
            default -> {}
        }
        Tplctl.Result result = apply(PLAYBOOK, event.equals("not enough room") ? 6 : 0, keepGoing.equals("yes"))
                .exits(exit);
        if (outcomes == null) {
            assertThat(hosts.made).isEmpty();
        } else {
            assertThat(String.join(" ", outcomes(result).values())).isEqualTo(outcomes.replaceAll("\\s+", " "));
        }
        assertThat(hosts.host("h2").isFree()).as("h2 is given back").isTrue();
        assertThat(hosts.host("h1").isFree()).isEqualTo(!event.equals("h1 is held"));
    }

    @Test
    void namesHostAndHolderOfEveryLockThatIsHeld() {
        hosts.host("h1").lockedBy("ann@laptop, pid 7");
        hosts.host("h2").lockedBy("bob@desk, pid 8");
        String err = apply(PLAYBOOK, 0, false).exits(6).err();
        assertThat(err.lines())
                .startsWith(
                        "tplctl: h1: locked by ann@laptop, pid 7; wait until it is done",
                        "tplctl: h2: locked by bob@desk, pid 8; wait until it is done");
        assertThat(hosts.host("h1").calls("query")).isEmpty();
    }

    @Test
    void locksOnlyTheHostsThatAreSelected() {
        hosts.host("h1").lockedBy("ann@laptop, pid 7");
        String playbook = "- hosts: [h1, h2]\n  things: { a: }\n";
        Tplctl.Result result = apply(playbook, 0, false, "-l", "h2").exits(0);
        assertThat(outcomes(result)).isEqualTo(Map.of("h2:a", "changed"));
        assertThat(hosts.host("h1").calls("lock")).isEmpty();
        assertThat(hosts.host("h2").calls("lock").get(0)).contains("tplctl apply");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHostThatDoesNotTellItsFacts(boolean keepGoing) {
        befalls = "no facts";
        String playbook = """
                - hosts: [h1, h2]
                  things: { a: { takes: "{{ facts.cpus }}" } }
                - hosts: h1
                  things: { b: }
                """;
        Tplctl.Result result = apply(playbook, 0, keepGoing).exits(2);
        assertThat(result.err()).contains("h1: gather facts: exit 3");
        if (keepGoing) {
            assertThat(outcomes(result)).isEqualTo(Map.of("h1:a", "failed", "h1:b", "changed", "h2:a", "changed"));
        } else {
            assertThat(hosts.made).isEmpty();
        }
    }

    @Test
    void aHostThatIsAwayAndHasNoResourceIsToldAndMakesTheExitCode() {
        hosts.away("h2", "no route");
        String playbook = "- hosts: h1\n  things: { a: }\n- hosts: h2\n  vars: { x: 1 }\n";
        Tplctl.Result plan = tplctl().run("plan", "-i", write("hosts.yml", INVENTORY), write("site.yml", playbook));
        assertThat(plan.exits(4).out()).contains("h2:\n      unreachable: h2: no route\n");
        Tplctl.Result apply = tplctl().run("apply", "-i", write("hosts.yml", INVENTORY), write("site.yml", playbook));
        assertThat(apply.exits(4).out())
                .contains("unreachable: [h2]\n    h2: no route\n")
                .contains("h1 : ok=1 changed=1 unreachable=0 failed=0 skipped=0\n")
                .contains("h2 : ok=0 changed=0 unreachable=1 failed=0 skipped=0\n");
    }

    private Optional<CommandResult> answer(String host, String fragment) {
        boolean a = host.equals("h1") && fragment.equals("look a");
        if (befalls.equals("a cannot be observed") && a) {
            return Optional.of(new CommandResult(1, "", ""));
        }
        if (befalls.equals("a is refused") && a) {
            return Optional.of(new CommandResult(0, "refused", ""));
        }
        if (befalls.equals("no facts") && host.equals("h1") && fragment.contains("MemTotal")) {
            return Optional.of(new CommandResult(3, "", "awk: not found"));
        }
        return Optional.empty();
    }

    private Tplctl tplctl() {
        return new Tplctl(dir, () -> Thing.KINDS)
                .on((inventory, options) -> new EngineSession(inventory, options, hosts::connect));
    }

    private Tplctl.Result apply(String playbook, int takes, boolean keepGoing, String... more) {
        List<String> args = new ArrayList<>(List.of("apply", "-o", "json", "-e", "t=" + takes));
        if (keepGoing) {
            args.add("--keep-going");
        }
        args.addAll(List.of(more));
        args.addAll(List.of("-i", write("hosts.yml", INVENTORY), write("site.yml", playbook)));
        return tplctl().run(args.toArray(String[]::new));
    }

    private String write(String name, String text) {
        return new Tplctl(dir).write(name, text);
    }

    private static Map<String, String> outcomes(Tplctl.Result result) {
        JsonObject report = JsonParser.parseString(result.out()).getAsJsonObject();
        assertThat(report.get("schema").getAsString()).isEqualTo("tplctl.report/v1");
        Map<String, String> outcomes = new TreeMap<>();
        report.getAsJsonArray("resources").forEach(r -> {
            JsonObject one = r.getAsJsonObject();
            outcomes.put(
                    one.get("id").getAsString().replace("things.", ""),
                    one.get("outcome").getAsString());
        });
        return outcomes;
    }
}
