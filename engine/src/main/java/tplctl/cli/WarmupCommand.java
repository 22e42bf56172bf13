package tplctl.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tplctl.kind.Kind;

/** {@code warmup}: touches what a start-up loads, so that the launcher learns which classes to archive. Changes nothing. */
final class WarmupCommand implements Command {
    private static final String RIGHT = """
            - hosts: localhost
              vars: { mode: "0755" }
              directories:
                root: { path: /, mode: "{{ mode }}", tags: [one, two] }
                home: { path: "/{{ inventory_hostname }}-warmup/home" }
              files:
                hosts: { path: /tplctl-warmup/hosts, content: hello, needs: directories.root }
            """;

    private static final String HOSTS = """
            all:
              children:
                web: { hosts: { "w[1:3]": { ansible_host: 192.0.2.1 } }, vars: { a: b } }
            """;

    @Override
    public Form form() {
        return new Form("Loads what a start-up loads.", "", "tplctl warmup", List.of());
    }

    @Override
    public int run(Invocation invocation) {
        try {
            Path right = Files.createTempFile("warmup", ".yml");
            Path wrong = Files.createTempFile("warmup", ".yml");
            Path yaml = Files.createTempFile("warmup", ".yml");
            Path ini = Files.createTempFile("warmup", ".ini");
            try {
                Files.writeString(yaml, HOSTS);
                Files.writeString(ini, "[web]\nw[1:3] a=b\n");
                Files.writeString(right, RIGHT);
                Files.writeString(wrong, examples(invocation.kinds()));
                run(invocation, "validate", right.toString());
                run(invocation, "plan", "-i", yaml.toString(), "-i", ini.toString(), right.toString());
                run(invocation, "inventory", "-i", yaml.toString(), "-i", ini.toString(), "--graph");
                run(invocation, "inventory", "-i", yaml.toString());
                run(invocation, "plan", "-o", "json", right.toString());
                run(invocation, "validate", wrong.toString());
                run(invocation, "apply", "--help");
                run(invocation, "explain");
            } finally {
                Files.delete(right);
                Files.delete(wrong);
                Files.delete(yaml);
                Files.delete(ini);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ExitCode.DONE;
    }

    // Not a playbook without errors, for the examples refer to what they do not declare; but all kinds are decoded.
    private static String examples(Map<String, Kind<?, ?>> kinds) {
        StringBuilder playbook = new StringBuilder("- hosts: localhost\n");
        kinds.values().forEach(k -> playbook.append(k.example().indent(2)));
        return playbook.toString();
    }

    private static void run(Invocation invocation, String... args) {
        Terminal silent = new Terminal(
                new Keyboard(InputStream.nullInputStream()),
                new ResultStream(OutputStream.nullOutputStream()),
                new ResultStream(OutputStream.nullOutputStream()),
                Map.of(),
                false,
                false,
                false);
        new Main(silent, invocation::kinds, invocation.sessions()).run(args);
    }
}
