package tplctl.kinds;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tplctl.kind.AbsPath;
import tplctl.kind.Change;
import tplctl.kind.Decoding;
import tplctl.kind.Field;
import tplctl.kind.Impact;
import tplctl.kind.Kind;
import tplctl.kind.Probe;
import tplctl.kind.Removal;
import tplctl.kind.Schema;
import tplctl.kind.Shape;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.kind.Type;
import tplctl.kind.Types;
import tplctl.kind.Values;

/**
 * A program that is built from its source. What it was made from is kept on the host, so that it is built again only when that is
 * another; a branch that moved is followed when the user asks for that. What is installed is exchanged when all of the new version
 * is ready, and taken away file by file.
 */
final class Builds implements Kind<BuildSpec, BuildState> {
    private static final AbsPath DIRECTORY = new AbsPath("/var/lib/tplctl/builds");
    private static final Duration REMOVAL = Duration.ofMinutes(30);
    private static final int SHORT_COMMIT = 12;

    /** As useradd(8) allows it. */
    private static final Type<String> ACCOUNT = Types.scalar(
            "the name of an account such as builder",
            new Shape.Text("[a-z_][a-z0-9_-]{0,31}"),
            s -> Optional.of(s.text()).filter(t -> t.matches("[a-z_][a-z0-9_-]{0,31}")));

    private static final Field<BuildSpec.Source> SOURCE = Field.required(
            "source",
            Types.fields(BuildSourceFields.SCHEMA),
            "where the source comes from: git with a ref, or an archive");
    private static final Field<Optional<String>> IN = Field.optional(
            "directory",
            BuildSourceFields.RELATIVE,
            "a directory of the source in which the steps run; left out, it is the top");
    private static final Field<Optional<AbsPath>> PREFIX = Field.optional(
            "prefix",
            Types.USED_PATH,
            "what configure is told as --prefix; left out, it is not told, and mostly takes /usr/local");
    private static final Field<Recipe> CONFIGURE = Field.withDefault(
            "configure",
            Recipe.type("./configure", true),
            new Recipe.Arguments(List.of()),
            "the options of ./configure; or a script that does it otherwise; or false, for nothing");
    private static final Field<Recipe> MAKE = Field.withDefault(
            "make",
            Recipe.type("make", true),
            new Recipe.Arguments(List.of()),
            "the targets of make, which runs as many jobs as the host has processors; or a script; or false");
    private static final Field<Recipe> INSTALL = Field.withDefault(
            "install",
            Recipe.type("make", false),
            new Recipe.Arguments(List.of("install")),
            "the targets of make that install it, which heed DESTDIR; or a script that puts everything below $DESTDIR");
    private static final Field<Map<String, String>> ENV = Field.withDefault(
            "env",
            Types.map(Types.TEXT),
            Map.of(),
            "environment variables of the steps, which also find PREFIX, DESTDIR and JOBS; the values are never shown");
    private static final Field<Optional<String>> USER = Field.optional(
            "user",
            ACCOUNT,
            "the account that builds; left out, it is " + BuildSpec.DEFAULT_USER
                    + ", which is made without a login and stays");
    private static final Field<Optional<Integer>> JOBS =
            Field.optional("jobs", Types.integer(1, 1024), "how many jobs make runs at once");
    private static final Field<List<AbsPath>> CREATES = Field.withDefault(
            "creates",
            Types.list(Types.PROVIDED_PATH, true),
            List.of(),
            "paths that the installation must make; what lies on them comes after the build");
    private static final Field<Boolean> OVERWRITE = Field.withDefault(
            "overwrite",
            Types.BOOL,
            false,
            "whether files are replaced that something else put where the installation has its own");

    @Override
    public String name() {
        return "builds";
    }

    @Override
    public String doc() {
        return "A program is installed that was built from its source; a changed source, ref or option builds it again.";
    }

    @Override
    public String example() {
        return """
                builds:
                  qemu:
                    source: { git: "git@github.com:osnetsvn/qemu-4.1.0.git", ref: mvm }
                    configure: [--target-list=x86_64-softmmu, --enable-virtfs]
                    creates: /usr/local/bin/qemu-system-x86_64
                  hello:
                    source:
                      archive: https://ftp.gnu.org/gnu/hello/hello-2.10.tar.gz
                      sha256: 31e066137a962676e89f69d1b65382de95a7ef7d914b8cb956f41ea72e0f516b
                    prefix: /opt/hello
                """;
    }

    @Override
    public Schema<BuildSpec> schema() {
        return new Schema<>(
                "a build",
                List.of(SOURCE, IN, PREFIX, CONFIGURE, MAKE, INSTALL, ENV, USER, JOBS, CREATES, OVERWRITE),
                Builds::build);
    }

    private static BuildSpec build(Values v, Decoding to) {
        Environment.check(v.get(ENV), v.at(ENV), to);
        for (AbsPath path : v.get(CREATES)) {
            if (path.text().indexOf('\n') >= 0) {
                to.error(v.at(CREATES), "\"creates\" takes no line break", "choose another name");
            }
        }
        if (v.get(PREFIX).isEmpty()) {
            to.uses(BuildSpec.DEFAULT_PREFIX, v.at());
        }
        return new BuildSpec(
                v.get(SOURCE),
                v.get(IN),
                v.get(PREFIX),
                v.get(CONFIGURE),
                v.get(MAKE),
                v.get(INSTALL),
                v.get(ENV),
                v.get(USER),
                v.get(JOBS),
                v.get(CREATES),
                v.get(OVERWRITE));
    }

    @Override
    public Set<String> after() {
        return Set.of("packages");
    }

    @Override
    public boolean namedHostWide() {
        return true;
    }

    private static AbsPath directory(Subject self) {
        return DIRECTORY.plus("/" + self.name());
    }

    @Override
    public Probe<BuildState> probe(Subject self, BuildSpec want) {
        AbsPath directory = directory(self);
        return new Probe<>(BuildState.look(directory, want), out -> BuildState.read(directory, want, out));
    }

    @Override
    public List<Change> changes(Subject self, BuildSpec want, BuildState have) {
        List<Step> steps = new BuildSteps(self, directory(self), want).all();
        if (!have.isBuilt() && have.begun()) {
            return List.of(new Change(Impact.UPDATE, "install", "was cut short", "complete", steps));
        }
        if (!have.isBuilt()) {
            return List.of(created(want, have, steps));
        }
        List<Change> changes = new ArrayList<>();
        want.stamp().forEach((field, value) -> {
            String found = have.stamp().getOrDefault(field, "");
            if (!found.equals(value)) {
                boolean secret = field.equals("env");
                changes.add(update(field, secret ? "another" : found, secret ? "as declared" : value));
            }
        });
        if (have.altered() > 0) {
            String more = have.altered() == 1 ? "" : " and " + (have.altered() - 1) + " more";
            changes.add(update("files", have.example() + more + " missing or altered", "as installed"));
        }
        have.missing().forEach(path -> changes.add(update("creates", "missing", path)));
        Optional<Change> moved = moved(want, have);
        if (moved.filter(Change::isRefused).isPresent()) {
            return List.of(moved.get());
        }
        moved.ifPresent(changes::add);
        if (changes.isEmpty()) {
            return List.of();
        }
        Change first = changes.get(0);
        changes.set(0, new Change(first.impact(), first.field(), first.from(), first.to(), steps));
        return changes;
    }

    // All of them are made so by the steps of the first.
    private static Change update(String field, String from, String to) {
        return new Change(Impact.UPDATE, field, from, to, List.of());
    }

    private static Change created(BuildSpec want, BuildState have, List<Step> steps) {
        String what = want.source() instanceof BuildSpec.Source.Git git
                ? git.url() + " " + git.ref()
                : want.source().shown();
        if (have.there().isEmpty() || want.overwrite()) {
            return new Change(Impact.CREATE, "source", "", what, steps);
        }
        return Change.refused(
                Impact.CREATE,
                "creates",
                "another's",
                what,
                have.there().get(0)
                        + " is there, but was not installed by tplctl: remove what was installed by hand (often \"make"
                        + " uninstall\"), choose another prefix, or say \"overwrite: true\"");
    }

    private static Optional<Change> moved(BuildSpec want, BuildState have) {
        String found = have.stamp().getOrDefault("commit", "");
        if (have.vanished() && want.source() instanceof BuildSpec.Source.Git git) {
            return Optional.of(Change.refused(
                    Impact.UPDATE,
                    "ref",
                    git.ref(),
                    "gone",
                    git.url() + " no longer has a branch or tag \"" + git.ref()
                            + "\": name another \"ref\", or leave \"update\" out to keep what is installed"));
        }
        return have.head().filter(h -> !h.equals(found)).map(h -> update("commit", cut(found), cut(h)));
    }

    private static String cut(String commit) {
        return commit.substring(0, Math.min(SHORT_COMMIT, commit.length()));
    }

    @Override
    public Optional<Map<String, String>> trace(Subject self, BuildSpec want, BuildState have) {
        return Optional.of(Map.of("below", want.installedBelow().text()));
    }

    @Override
    public Removal removal(Subject self, Map<String, String> trace) {
        return new Removal(
                "what was installed below " + new Traced(trace).text("below"),
                new Step.Run(
                        BuildPlacement.remove(directory(self)), "removing what was installed", self.limit(REMOVAL)));
    }
}
