package tplctl.kinds;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tplctl.kind.AbsPath;
import tplctl.kind.Change;
import tplctl.kind.Content;
import tplctl.kind.Decoding;
import tplctl.kind.Field;
import tplctl.kind.Impact;
import tplctl.kind.Kind;
import tplctl.kind.Probe;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Removal;
import tplctl.kind.Schema;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.kind.Types;
import tplctl.kind.Values;
import tplctl.kind.Word;

/**
 * What no other kind does: a script of the user's. It is done when {@code creates} exists or {@code unless} exits 0; with neither
 * nobody can know, and it runs each time. A run that was cut short does not count as done, whatever it left at {@code creates}: a
 * mark on the host says that it began, until it has succeeded.
 */
final class Commands implements Kind<Commands.Spec, Commands.State> {
    record Spec(
            String run,
            Optional<AbsPath> creates,
            Optional<String> unless,
            Optional<AbsPath> chdir,
            Map<String, String> env,
            Optional<String> undo) {}

    enum State {
        DONE,
        NOT_DONE,
        INTERRUPTED,
        UNKNOWABLE
    }

    private static volatile Owner lastOwner = Owner.of("");

    private static final String MARKS = "/var/lib/tplctl/stamps/commands";

    private static final Field<String> RUN =
            Field.required("run", Types.WORD, "a script for sh, taken exactly as written; its stdin is empty");
    private static final Field<Optional<AbsPath>> CREATES = Field.optional(
            "creates",
            Types.PROVIDED_PATH,
            "it is done when this path exists, and has failed when it does not make it");
    private static final Field<Optional<String>> UNLESS = Field.optional(
            "unless", Types.WORD, "it is done when this script exits 0; it runs at every plan and must change nothing");
    private static final Field<Optional<AbsPath>> CHDIR =
            Field.optional("chdir", Types.USED_PATH, "the directory that the scripts run in; left out, it is /");
    private static final Field<Map<String, String>> ENV = Field.withDefault(
            "env",
            Types.map(Types.TEXT),
            Map.of(),
            "environment variables for run and unless; the values are never shown");
    private static final Field<Optional<String>> UNDO = Field.optional(
            "undo",
            Types.WORD,
            "a script that takes away what run made; kept on the host in the clear, and run without env");

    @Override
    public String name() {
        return "commands";
    }

    @Override
    public String doc() {
        return "A script of yours has run, as its creates or unless tells.";
    }

    @Override
    public String example() {
        return """
                commands:
                  keys: { run: ssh-keygen -q -t ed25519 -N '' -f /etc/web/key, creates: /etc/web/key, undo: rm -r /etc/web }
                """;
    }

    @Override
    public Schema<Spec> schema() {
        return new Schema<>("a command", List.of(RUN, CREATES, UNLESS, CHDIR, ENV, UNDO), Commands::build);
    }

    private static Spec build(Values v, Decoding to) {
        Environment.check(v.get(ENV), v.at(ENV), to);
        return new Spec(v.get(RUN), v.get(CREATES), v.get(UNLESS), v.get(CHDIR), v.get(ENV), v.get(UNDO));
    }

    @Override
    public Set<String> after() {
        return Set.of("packages");
    }

    @Override
    public boolean sameOnEveryHost() {
        return true;
    }

    @Override
    public Probe<State> probe(Subject self, Spec want) {
        if (want.creates.isEmpty() && want.unless.isEmpty()) {
            return new Probe<>(Sh.of("echo unknowable"), out -> parse(want, out));
        }
        Sh script = want.unless
                .map(u -> Sh.of(
                        "if {} >/dev/null 2>&1; then echo done; else echo undone; fi", user(u, want.chdir, want.env)))
                .orElse(Sh.of("echo undone"));
        if (want.creates.isPresent()) {
            AbsPath path = want.creates.get();
            Sh begun = marked(want) ? Sh.of("[ ! -e {} ] || echo begun", mark(self)) : Sh.of(":");
            script = Sh.of("""
                    {}
                    if [ -e {} ] || [ -h {} ]; then echo done
                    else
                    {}
                    {}
                    fi""", begun, path, path, Place.absence(path), script);
        }
        return new Probe<>(script, out -> parse(want, out));
    }

    private static State parse(Spec want, ProbeOutput out) {
        List<String> lines = out.lines();
        if (out.exit() != 0 || lines.isEmpty()) {
            throw out.unexpected("whether the command is done");
        }
        boolean begun = lines.get(0).equals("begun");
        List<String> rest = begun ? lines.subList(1, lines.size()) : lines;
        if (rest.size() == 2 && want.creates.isPresent()) {
            if (!rest.get(0).equals("blocked")) {
                Place.missingParents(want.creates.get(), rest.get(0), out);
            }
            rest = rest.subList(1, 2);
        }
        String word = rest.size() == 1 ? rest.get(0) : "";
        return switch (word) {
            case "done" -> begun ? State.INTERRUPTED : State.DONE;
            case "undone" -> State.NOT_DONE;
            case "unknowable" -> State.UNKNOWABLE;
            default -> throw out.unexpected("whether the command is done");
        };
    }

    @Override
    public List<Change> changes(Subject self, Spec want, State have) {
        return switch (have) {
            case DONE -> List.of();
            case UNKNOWABLE ->
                List.of(new Change(
                        Impact.UNKNOWN,
                        "run",
                        "unknown",
                        "runs each time: it has no creates and no unless",
                        List.of(step(self, want))));
            case NOT_DONE ->
                List.of(want.creates
                        .map(path -> Change.create("creates", path.text(), step(self, want)))
                        .orElseGet(() -> Change.create("unless", "exits 0", step(self, want))));
            case INTERRUPTED ->
                List.of(Change.update("run", "was cut short or failed", "succeeds", step(self, want))
                        .noting(List.of("the last run did not succeed, so what it left is not trusted")));
        };
    }

    private static Step step(Subject self, Spec want) {
        return new Step.Run(run(self, want), "running its script", self.limit(Step.DEFAULT_LIMIT));
    }

    private static Sh run(Subject self, Spec want) {
        Sh script = user(want.run, want.chdir, want.env);
        if (want.creates.isEmpty()) {
            return script;
        }
        AbsPath path = want.creates.get();
        Sh check = Sh.of(
                " || exit\nif [ ! -e {} ] && [ ! -h {} ]; then printf '%s\\n' {} >&2; exit 1; fi",
                path, path, "ran, but did not create " + path);
        Sh checked = Sh.of("{}{}", script, check.aside());
        // No place for the mark is no reason not to run: a user who may not write there may still run commands of their
        // own.
        return marked(want)
                ? Sh.of(
                        "{}{}{}",
                        Sh.of("{ mkdir -p -- {} && true >{}; } 2>/dev/null\n", MARKS, mark(self))
                                .aside(),
                        checked,
                        Sh.of("\nrm -f -- {}", mark(self)).aside())
                : checked;
    }

    // What the user's own test says is believed, whatever happened before.
    private static boolean marked(Spec want) {
        return want.creates.isPresent() && want.unless.isEmpty();
    }

    /**
     * Runs a script exactly as it was written, in a shell of its own. It is not in an argument list, where all users of the host could
     * read it, nor on the stdin that it would then eat. Descriptor 9 is the host's lock, not to be held by what a script leaves
     * running. People see the script alone, and where it runs.
     */
    private static Sh user(String script, Optional<AbsPath> chdir, Map<String, String> env) {
        List<Sh> parts = new ArrayList<>();
        chdir.ifPresent(dir -> parts.add(Sh.of("cd -- {}", dir)));
        env.forEach((name, value) -> parts.add(Sh.of(name + "={}; export " + name, new Word.Secret(value))));
        Sh exactly =
                Sh.of("printf '%s\\n' {} | sh -c 's=$(cat; echo .); exec </dev/null; eval \"${s%.}\"' 9>&-", script);
        parts.add(Sh.of("{}{}", new Word.Shown(script), exactly.aside()));
        return Sh.of(
                "{}{}{}", Sh.of("(\n").aside(), Place.all(parts), Sh.of("\n)").aside());
    }

    /** Nearly always there is one owner, whose digest each command of each host asks for several times. */
    private record Owner(String name, String digest) {
        static Owner of(String name) {
            return new Owner(name, Content.of(name).sha256().substring(0, 12));
        }
    }

    // By owner too: two playbooks may each have a command of that name.
    private static String mark(Subject self) {
        Owner owner = lastOwner;
        if (!owner.name().equals(self.owner())) {
            owner = Owner.of(self.owner());
            lastOwner = owner;
        }
        return MARKS + "/" + self.name() + "-" + owner.digest();
    }

    @Override
    public Optional<Map<String, String>> trace(Subject self, Spec want, State have) {
        if (have == State.DONE || (want.undo.isEmpty() && want.creates.isEmpty())) {
            return Optional.empty();
        }
        Map<String, String> trace = new LinkedHashMap<>();
        want.undo.ifPresent(undo -> trace.put("undo", undo));
        want.creates.ifPresent(path -> trace.put("creates", path.text()));
        want.chdir.ifPresent(dir -> trace.put("chdir", dir.text()));
        return Optional.of(trace);
    }

    @Override
    public Removal removal(Subject self, Map<String, String> trace) {
        Traced traced = new Traced(trace);
        String shown = traced.find("creates").orElse("what " + self.id().local() + " did");
        Optional<String> undo = traced.find("undo");
        if (undo.isEmpty()) {
            return Removal.keeps(shown, shown + " stays: " + self.id().local() + " has no \"undo\"");
        }
        Sh script = user(undo.get(), traced.find("chdir").map(AbsPath::new), Map.of());
        Sh before = Sh.of("");
        Sh otherwise = Sh.of(" || exit");
        if (traced.find("creates").isPresent()) {
            AbsPath path = traced.path("creates");
            // What a run that was cut short has left may be less than the script takes for granted.
            before = Sh.of(
                    "w=\n[ ! -e {} ] || w=begun\n[ ! -e {} ] && [ ! -h {} ] || w=whole\n[ -z \"$w\" ] ||\n",
                    mark(self),
                    path,
                    path);
            otherwise = Sh.of(" || { e=$?; [ $w = begun ] || exit $e; }");
        }
        return new Removal(
                shown,
                new Step.Run(
                        Sh.of(
                                "{}{}{}",
                                before.aside(),
                                script,
                                Sh.of("{}\nrm -f -- {}", otherwise, mark(self)).aside()),
                        "undoing " + self.id().local(),
                        self.limit(Step.DEFAULT_LIMIT)));
    }
}
