package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tplctl.engine.ThingHosts;
import tplctl.model.Thing;

/** Every line of {@code -o ndjson}, as {@code docs/ndjson.md} has them, of a run of the engine on hosts in memory. */
@Timeout(60)
class EventsTest {
    @TempDir
    Path dir;

    private final ThingHosts hosts = new ThingHosts((host, script) -> Optional.empty());
    private Tplctl tplctl;
    private String inventory;
    private String playbook;

    @BeforeEach
    void setUp() {
        tplctl = new Tplctl(dir, () -> Thing.KINDS)
                .on((found, options) -> new EngineSession(found, options, hosts::connect));
        inventory = tplctl.write("hosts.yml", "all: { hosts: { h1: , h2: , h3: } }\n");
        playbook = tplctl.write(
                "site.yml",
                "- hosts: [h1, h2, h3]\n  things: { a: , b: { ref: a } }\n- hosts: h1\n  things: { c: { needs: h3:things.a } }\n");
        hosts.away("h3", "no route");
    }

    @Test
    void tellsOfHostsAndResourcesInTheOrderInWhichThingsHappen() {
        List<JsonObject> events = events("apply");
        List<String> told = events.stream().map(EventsTest::shown).toList();
        for (String host : List.of("h1", "h2")) {
            assertThat(told)
                    .containsSubsequence(
                            host + " connected",
                            host + " locked",
                            host + " observed",
                            "plan",
                            "started " + host + ":things.a",
                            "step " + host + ":things.a",
                            "finished " + host + ":things.a changed",
                            "started " + host + ":things.b",
                            "step " + host + ":things.b",
                            "finished " + host + ":things.b changed",
                            "report");
        }
        assertThat(told).containsSubsequence("h3 unreachable", "plan", "finished h3:things.a unreachable");
        assertThat(told).containsSubsequence("finished h3:things.a unreachable", "finished h1:things.c skipped");
        assertThat(told).doesNotHaveDuplicates();
        assertThat(told).last().isEqualTo("report");
        double before = 0;
        for (JsonObject event : events) {
            if (event.has("at")) {
                assertThat(event.get("at").getAsDouble()).isGreaterThanOrEqualTo(before);
                before = event.get("at").getAsDouble();
            }
        }
    }

    @Test
    void everyEventHasTheKeysThatAreWrittenDown() {
        for (JsonObject event : events("apply")) {
            Set<String> keys = new TreeSet<>(event.keySet());
            List<String> expected = switch (event.get("event").getAsString()) {
                case "host" -> List.of("at", "event", "host", "message", "state");
                case "started" -> List.of("at", "event", "id");
                case "step" -> List.of("at", "doing", "event", "id");
                case "finished" -> List.of("at", "event", "id", "message", "metrics", "outcome", "seconds");
                case "plan" -> List.of("event", "orphans", "resources", "schema", "summary", "unreachable");
                case "report" -> List.of("event", "resources", "schema", "seconds", "summary", "unreachable");
                default -> List.of("no such event is written down");
            };
            assertThat(new ArrayList<>(keys)).isEqualTo(expected);
        }
    }

    @Test
    void aPlanTellsOfHostsAndNothingThatRuns() {
        assertThat(events("plan").stream().map(EventsTest::shown))
                .containsExactlyInAnyOrder(
                        "h1 connected", "h2 connected", "h3 unreachable", "h1 observed", "h2 observed", "plan");
    }

    // Each line is parsed, and is an object.
    private List<JsonObject> events(String command, String... more) {
        List<String> args = new ArrayList<>(List.of(command, "-o", "ndjson", "-vvvv", "-i", inventory));
        args.addAll(List.of(more));
        args.add(playbook);
        Tplctl.Result result = tplctl.run(args.toArray(String[]::new)).exits(4);
        assertThat(result.err()).contains("h1: exit 0, ");
        return result.out()
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
    }

    private static String shown(JsonObject event) {
        String name = event.get("event").getAsString();
        return switch (name) {
            case "host" ->
                event.get("host").getAsString() + " " + event.get("state").getAsString();
            case "started", "step" -> name + " " + event.get("id").getAsString();
            case "finished" ->
                name + " " + event.get("id").getAsString() + " "
                        + event.get("outcome").getAsString();
            default -> name;
        };
    }
}
