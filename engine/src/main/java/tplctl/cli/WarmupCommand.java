package tplctl.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tplctl.engine.Connections;
import tplctl.host.SshRehearsal;
import tplctl.kind.Kind;

/**
 * {@code warmup}: does what commands do, so that the launcher learns which classes to archive. Changes nothing: what would is done on a
 * {@link RehearsalHost}.
 */
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

    /** Some of it is so on every machine, and the rest on none; what a step would have made is missing when it is looked at again. */
    private static final String APPLIED = """
            - hosts: localhost
              vars: { base: /tplctl-warmup, words: [a, b] }
              packages: [dpkg, tplctl-warmup]
              directories:
                root: { path: /, owner: "root:root" }
                base: { path: "{{ base }}", mode: "{{ '0755' if words | length > 1 and base is defined else '0700' }}" }
                more: { path: "{{ base }}/{{ words | join('-') | upper }}", when: "words[0] == 'a' and facts.cpus > 0" }
              files:
                missing: { path: "{{ base }}/file", content: "{{ base }}\\n", needs: directories.root }
              mounts:
                ram: { type: tmpfs, path: "{{ base }}/ram", size: 32M }
                shm: { type: tmpfs, path: /dev/shm }
              hugepages:
                2M: { count: 1 }
              commands:
                done: { run: "true", creates: /usr }
                asked: { run: "true", unless: "true" }
                undone: { run: "false", creates: "{{ base }}/made", undo: "true" }
              images:
                disk: { path: "{{ base }}/disk.qcow2", size: 1M }
              templates:
                base:
                  machine: { ram: 16M, disk: disk, kernel: "{{ base }}/kernel" }
                  memory: "{{ base }}/ram/memory"
                  state: "{{ base }}/ram/state"
                  ready: { serial: READY }
              vms:
                web: { template: base, count: 2 }
            """;

    private static final String HOSTS = """
            all:
              children:
                web: { hosts: { "w[1:3]": { ansible_host: 192.0.2.1 } }, vars: { a: b } }
            """;

    /** Nobody listens there. By none of the user's own SSH settings may it be somewhere else. */
    private static final String FAR = """
            all:
              hosts:
                far:
                  { ansible_host: 127.0.0.1, ansible_port: 1, ansible_user: nobody, ansible_ssh_common_args: "-F none -o ProxyJump=none" }
            """;

    @Override
    public Form form() {
        return new Form("Loads what a start-up loads.", "", "tplctl warmup", List.of());
    }

    @Override
    public int run(Invocation invocation) {
        try {
            Path dir = Files.createTempDirectory("tplctl-warmup");
            try {
                return rehearse(invocation, dir) ? ExitCode.DONE : ExitCode.INTERNAL;
            } finally {
                delete(dir);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether what is to be rehearsed is valid, without which most of it would not be. */
    private static boolean rehearse(Invocation invocation, Path dir) throws IOException {
        String yaml = write(dir.resolve("hosts.yml"), HOSTS);
        String ini = write(dir.resolve("hosts.ini"), "[web]\nw[1:3] a=b\n");
        String right = write(dir.resolve("right.yml"), RIGHT);
        String wrong = write(dir.resolve("wrong.yml"), examples(invocation.kinds()));
        String applied = write(dir.resolve("applied.yml"), APPLIED);
        String everywhere =
                write(dir.resolve("everywhere.yml"), "- hosts: all\n  directories: { root: { path: / } }\n");
        Path locks = dir.resolve("locks");
        String far = write(dir.resolve("far.yml"), FAR);
        run(
                invocation,
                invocation.sessions(),
                List.of(List.of("plan", becoming(), right), List.of("plan", "-i", far, everywhere)));
        run(
                invocation,
                on(host -> RehearsalHost.local(host, locks)),
                List.of(
                        List.of("validate", right),
                        List.of("plan", "-i", yaml, "-i", ini, right),
                        List.of("inventory", "-i", yaml, "-i", ini, "--graph"),
                        List.of("inventory", "-i", yaml),
                        List.of("plan", "-o", "json", right),
                        List.of("validate", wrong),
                        List.of("apply", "--yes", "--keep-going", applied),
                        List.of("apply", "-q", "--yes", "-e", "base=/tplctl-warmup", applied),
                        List.of("apply", "-C", "-D", applied),
                        List.of("apply", "--yes", "-o", "json", applied),
                        List.of("apply", "--yes", "-o", "ndjson", applied),
                        List.of("status", applied),
                        List.of("destroy", "--yes", applied),
                        List.of("apply", "--help"),
                        List.of("explain")));
        run(
                invocation,
                on(host -> RehearsalHost.throughShells(host, locks)),
                List.of(List.of("apply", "-q", "--yes", applied)));
        // Where Java lacks an algorithm, the archive is worth making all the same.
        var unused = SshRehearsal.perform();
        Main validating = new Main(silent(), invocation::kinds, invocation.sessions());
        return Stream.of(right, applied, everywhere)
                .allMatch(each -> validating.run(new String[] {"validate", "-i", far, each}) == ExitCode.DONE);
    }

    private static Session.Factory on(Connections.Connector hosts) {
        return (inventory, options) -> new EngineSession(inventory, options, hosts);
    }

    // Whoever is no administrator might be asked for a password.
    private static String becoming() {
        return System.getProperty("user.name", "").equals("root") ? "-b" : "-q";
    }

    private static void run(Invocation invocation, Session.Factory sessions, List<List<String>> commands) {
        Main silent = new Main(silent(), invocation::kinds, sessions);
        commands.forEach(command -> silent.run(command.toArray(String[]::new)));
    }

    private static String write(Path file, String text) throws IOException {
        return Files.writeString(file, text).toString();
    }

    private static void delete(Path dir) throws IOException {
        try (Stream<Path> all = Files.walk(dir)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    // Not a playbook without errors, for the examples refer to what they do not declare; but all kinds are decoded.
    private static String examples(Map<String, Kind<?, ?>> kinds) {
        StringBuilder playbook = new StringBuilder("- hosts: localhost\n");
        kinds.values().forEach(k -> playbook.append(k.example().indent(2)));
        return playbook.toString();
    }

    private static Terminal silent() {
        return new Terminal(
                new Keyboard(InputStream.nullInputStream()),
                new ResultStream(OutputStream.nullOutputStream()),
                new ResultStream(OutputStream.nullOutputStream()),
                Map.of(),
                false,
                false,
                false);
    }
}
