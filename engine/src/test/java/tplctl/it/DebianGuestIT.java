package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code playbooks/debian-guest.yml} from the distribution's packages to two clones and back, in little memory and without KVM. What the
 * clones take themselves for is asked of them behind tplctl's back.
 */
@Timeout(1800)
class DebianGuestIT {
    private static final Path PLAYBOOK = Tplctl.ENGINE.resolveSibling("playbooks/debian-guest.yml");
    private static final Duration PATIENCE = Duration.ofMinutes(25);

    private final Machine before = Machine.now();

    @TempDir
    Path dir;

    @AfterEach
    void leavesTheMachineAsItWas() {
        tplctl("destroy", "--yes", "--prune");
        before.isAsBefore();
    }

    private Tplctl.Result tplctl(String command, String... more) {
        List<String> arguments = new ArrayList<>(List.of(command, "-e", "@debian.yml"));
        arguments.addAll(List.of(more));
        arguments.add(PLAYBOOK.toString());
        return Tplctl.start(dir, arguments.toArray(String[]::new)).await(PATIENCE);
    }

    /** Where apt of this machine fetches packages of that suite, as its sources say it; the first, when there are several. */
    private static Optional<String> archive(String suite) {
        return Shell.sh(
                        "apt-get indextargets --format '$(RELEASE) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages'")
                .lines()
                .map(line -> line.split(" "))
                .filter(words -> words.length == 4 && words[2].equals("main"))
                .filter(words -> words[0].equals(suite) || words[1].equals(suite))
                .map(words -> words[3])
                .findFirst();
    }

    private void writeWhatIsAnother() {
        StringBuilder variables = new StringBuilder("""
                home: %s
                accel: tcg
                ram: 256M
                ramdisk: 320M
                size: 1G
                timeout: 10m
                """.formatted(dir.resolve("home")));
        archive("bookworm").ifPresent(uri -> {
            variables.append("mirror: ").append(uri).append('\n');
            variables
                    .append("security: ")
                    .append(archive("bookworm-security").orElse("\"\""))
                    .append('\n');
        });
        Tplctl.write(dir, "debian.yml", variables.toString());
    }

    /** What a clone takes itself for. */
    private record Seen(
            List<String> names, String machineId, String boot, List<String> journals, Map<String, List<String>> cards) {
        private static final String ASK = "uname -n; cat /etc/hostname; getent hosts \"$(uname -n)\" | tr -s ' ';"
                + " cat /etc/machine-id /proc/sys/kernel/random/boot_id; ls /var/log/journal";

        /** The clone, once its card has the address that its emulator's network gives. */
        static Seen of(String vm) throws IOException {
            try (Agent agent = Agent.of(vm)) {
                Shell.await(
                        vm + " has an address",
                        Duration.ofMinutes(5),
                        () -> cards(agent).values().stream().anyMatch(addresses -> addresses.contains("10.0.2.15")));
                List<String> lines = agent.run(ASK).lines().toList();
                return new Seen(
                        lines.subList(0, 3), lines.get(3), lines.get(4), lines.subList(5, lines.size()), cards(agent));
            }
        }

        /** The addresses of each card, by its hardware address. */
        private static Map<String, List<String>> cards(Agent agent) {
            Map<String, List<String>> cards = new TreeMap<>();
            for (JsonElement each :
                    agent.ask("guest-network-get-interfaces", new JsonObject()).getAsJsonArray()) {
                JsonObject card = each.getAsJsonObject();
                List<String> addresses = new ArrayList<>();
                if (card.has("ip-addresses")) {
                    card.getAsJsonArray("ip-addresses")
                            .forEach(a -> addresses.add(
                                    a.getAsJsonObject().get("ip-address").getAsString()));
                }
                if (!card.get("name").getAsString().equals("lo")) {
                    cards.put(card.get("hardware-address").getAsString(), addresses);
                }
            }
            return cards;
        }
    }

    @Test
    void goesFromPackagesToClonesThatAreToldApartAndBack() throws IOException {
        writeWhatIsAnother();
        tplctl("apply").exits(0);
        assertThat(tplctl("apply").exits(0).out()).contains("Nothing to do");

        Seen first = Seen.of("debian-1");
        Seen second = Seen.of("debian-2");
        assertThat(first.names()).containsExactly("debian-1", "debian-1", "127.0.1.1 debian-1");
        assertThat(second.names()).containsExactly("debian-2", "debian-2", "127.0.1.1 debian-2");
        assertThat(List.of(first.machineId(), second.machineId()))
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[0-9a-f]{32}"));

        // Each kept its journal under the template's machine-id until it got one of its own.
        List<String> shared =
                first.journals().stream().filter(second.journals()::contains).toList();
        assertThat(shared).singleElement().asString().isNotIn(first.machineId(), second.machineId());
        assertThat(first.journals()).containsExactlyInAnyOrder(shared.get(0), first.machineId());
        assertThat(second.journals()).containsExactlyInAnyOrder(shared.get(0), second.machineId());

        assertThat(first.cards()).hasSize(1);
        assertThat(second.cards())
                .hasSize(1)
                .doesNotContainKeys(first.cards().keySet().toArray(String[]::new));

        assertThat(second.boot())
                .as("neither has booted since the template did")
                .isEqualTo(first.boot());
        assertThat(tplctl("plan", "--detailed-exitcode").exits(0).out()).contains("Nothing to do");

        tplctl("destroy", "--yes").exits(0);
        assertThat(dir.resolve("home")).doesNotExist();
    }
}
