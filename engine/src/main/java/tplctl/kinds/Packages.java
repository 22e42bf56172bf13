package tplctl.kinds;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.kind.Change;
import tplctl.kind.Field;
import tplctl.kind.Impact;
import tplctl.kind.Kind;
import tplctl.kind.Probe;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Removal;
import tplctl.kind.Schema;
import tplctl.kind.Sh;
import tplctl.kind.Shape;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.kind.Type;
import tplctl.kind.Types;

/**
 * Packages of a distribution that has dpkg and apt. What is installed stays on the host when the resource goes: nobody can know who
 * else relies on it. A virtual package never counts as installed; name one that provides it.
 */
final class Packages implements Kind<Packages.Spec, Packages.State> {
    record Spec(List<String> names, boolean updateCache, boolean recommends) {}

    /**
     * What was found.
     *
     * @param other what manages packages instead of apt-get: a program's name, or empty when none is known; absent with apt-get
     */
    record State(Set<String> installed, Set<String> broken, Optional<String> other) {}

    private static final Duration LIMIT = Duration.ofMinutes(30);

    /** Debian Policy 5.6.1, and an architecture behind a colon; apt-get would remove what has a minus at its end. */
    private static final Type<String> PACKAGE = Types.scalar(
            "the name of a package such as qemu-utils",
            new Shape.Text("[a-z0-9][a-z0-9+.-]*[a-z0-9+.](:[a-z0-9-]+)?"),
            s -> Optional.of(s.text())
                    .filter(t -> t.matches("[a-z0-9][a-z0-9+.-]{0,126}[a-z0-9+.](:[a-z0-9][a-z0-9-]{0,31})?")));

    private static final Field<List<String>> NAMES =
            Field.required("names", Types.list(PACKAGE, true), "the packages, as apt names them");
    private static final Field<Boolean> UPDATE_CACHE = Field.withDefault(
            "update_cache",
            Types.BOOL,
            false,
            "whether the lists of packages are fetched before any installation, not only when a name is unknown");
    private static final Field<Boolean> RECOMMENDS = Field.withDefault(
            "recommends", Types.BOOL, false, "whether packages that those recommend are installed too");

    private static final Pattern LINE = Pattern.compile("([a-z0-9+.-]+) ([a-z0-9-]*) ([a-z-]+)");

    /** States in which dpkg has configured a package; triggers belong to other packages. */
    private static final Set<String> INSTALLED = Set.of("installed", "triggers-awaited", "triggers-pending");

    private static final Set<String> BROKEN = Set.of("half-installed", "unpacked", "half-configured");

    @Override
    public String name() {
        return "packages";
    }

    @Override
    public String doc() {
        return "The named packages of the distribution are installed.";
    }

    @Override
    public String example() {
        return """
                packages: [qemu-system-x86, qemu-utils]
                """;
    }

    @Override
    public Schema<Spec> schema() {
        return new Schema<>(
                "packages",
                List.of(NAMES, UPDATE_CACHE, RECOMMENDS),
                (v, to) -> new Spec(v.get(NAMES), v.get(UPDATE_CACHE), v.get(RECOMMENDS)));
    }

    @Override
    public Optional<String> listField() {
        return Optional.of(NAMES.name());
    }

    @Override
    public Probe<State> probe(Subject self, Spec want) {
        // dpkg-query exits 1 when it does not know a name, and 2 when it failed.
        return new Probe<>(Sh.of("""
                        if command -v apt-get >/dev/null 2>&1; then echo apt; else
                        o=
                        for m in dnf yum zypper apk pacman; do
                        if command -v "$m" >/dev/null 2>&1; then o=$m; break; fi
                        done
                        echo "other $o"
                        fi
                        if command -v dpkg-query >/dev/null 2>&1; then
                        dpkg-query -W -f '${Package} ${Architecture} ${db:Status-Status}\\n' -- {} 2>/dev/null || [ $? = 1 ]
                        fi""", want.names), Packages::parse);
    }

    private static State parse(ProbeOutput out) {
        List<String> lines = out.lines();
        if (out.exit() != 0 || lines.isEmpty() || !lines.get(0).matches("apt|other [a-z]*")) {
            throw out.unexpected("the packages that are installed");
        }
        Set<String> installed = new HashSet<>();
        Set<String> broken = new HashSet<>();
        for (String line : lines.subList(1, lines.size())) {
            Matcher m = LINE.matcher(line);
            if (!m.matches()) {
                throw out.unexpected("the packages that are installed");
            }
            List<String> names = List.of(m.group(1), m.group(1) + ":" + m.group(2));
            if (INSTALLED.contains(m.group(3))) {
                installed.addAll(names);
            } else if (BROKEN.contains(m.group(3))) {
                broken.addAll(names);
            }
        }
        Optional<String> other = lines.get(0).equals("apt")
                ? Optional.empty()
                : Optional.of(lines.get(0).substring("other ".length()));
        return new State(new TreeSet<>(installed), new TreeSet<>(broken), other);
    }

    @Override
    public List<Change> changes(Subject self, Spec want, State have) {
        List<String> missing = want.names.stream()
                .distinct()
                .filter(n -> !have.installed.contains(n))
                .toList();
        if (missing.isEmpty()) {
            return List.of();
        }
        boolean anew = missing.size() == want.names.size();
        Impact impact = anew ? Impact.CREATE : Impact.UPDATE;
        String to = String.join(", ", missing);
        List<String> half = missing.stream().filter(have.broken::contains).toList();
        String from = half.isEmpty() ? "" : "half installed: " + String.join(", ", half);
        if (have.other.isPresent()) {
            String found = have.other.get();
            return List.of(Change.refused(
                    impact,
                    "names",
                    from,
                    to,
                    "packages: no apt-get on " + self.id().host() + "; "
                            + (found.isEmpty()
                                    ? "no package manager was found"
                                    : "it has " + found + ", which is not driven")
                            + ": install " + to + " by a command"));
        }
        return List.of(new Change(
                impact,
                "names",
                from,
                to,
                List.of(new Step.Run(PackageSteps.install(want, missing), "installing " + to, self.limit(LIMIT)))));
    }

    @Override
    public Optional<Map<String, String>> trace(Subject self, Spec want, State have) {
        return Optional.empty();
    }

    @Override
    public Removal removal(Subject self, Map<String, String> trace) {
        return Removal.keeps(self.id().local(), "packages stay installed");
    }
}
