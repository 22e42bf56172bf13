package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * tplctl on a terminal of its own, with somebody there who waits for words, types and sends signals.
 *
 * @param exit its exit code
 * @param seen all that the terminal showed
 * @param modes {@code raw} or {@code cooked}, for each time that it was asked for
 * @param restored whether the terminal is set as it was before
 */
record TerminalRun(int exit, String seen, List<String> modes, boolean restored) {
    private static final Path SCRIPT = Tplctl.ENGINE.resolve("src/test/resources/terminal.py");

    /** Steps as {@code terminal.py} takes them; fails when one of them waited in vain. */
    static TerminalRun of(Path directory, List<String> steps, String... arguments) {
        List<String> command = new ArrayList<>(List.of("env", "-C", directory.toString(), "TERM=dumb", "python3"));
        command.add(SCRIPT.toString());
        command.addAll(steps);
        command.add("--");
        command.add(Tplctl.ENGINE.resolve("bin/tplctl").toString());
        command.addAll(List.of(arguments));
        String printed = Shell.run(command.toArray(String[]::new));
        assertThat(printed).startsWith("{");
        JsonObject json = JsonParser.parseString(printed).getAsJsonObject();
        String seen = json.get("seen").getAsString();
        assertThat(json.get("problem").getAsString())
                .as("the terminal showed:%n%s", seen)
                .isEmpty();
        List<String> modes = new ArrayList<>();
        json.getAsJsonArray("modes").forEach(m -> modes.add(m.getAsString()));
        return new TerminalRun(
                json.get("exit").getAsInt(), seen, modes, json.get("restored").getAsBoolean());
    }

    TerminalRun exits(int expected) {
        assertThat(exit).as("exit code; the terminal showed:%n%s", seen).isEqualTo(expected);
        assertThat(restored).as("the terminal is as it was").isTrue();
        return this;
    }
}
