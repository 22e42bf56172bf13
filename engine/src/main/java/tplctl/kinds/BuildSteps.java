package tplctl.kinds;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.kind.Word;

/**
 * The steps of a build. Everything is made in a fresh directory, and installed below another one; only then does it get its place
 * on the host, so that until then what was installed before is as it was.
 */
final class BuildSteps {
    private static final Duration LIMIT = Duration.ofHours(4);

    private final Subject self;
    private final BuildSpec want;
    private final AbsPath directory;

    BuildSteps(Subject self, AbsPath directory, BuildSpec want) {
        this.self = self;
        this.want = want;
        this.directory = directory;
    }

    List<Step> all() {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.Run(script(prepare()), "preparing the build", self.limit(Step.DEFAULT_LIMIT)));
        if (want.source() instanceof BuildSpec.Source.Git git) {
            steps.add(told(BuildSource.clone(directory, git, want.account()), "fetching " + git.url()));
        } else {
            BuildSpec.Source.Archive archive = (BuildSpec.Source.Archive) want.source();
            archive.asset()
                    .ifPresent(asset -> steps.add(new Step.WriteFile(
                            BuildSource.kept(directory, archive).text(), asset.content(), "0600", "")));
            steps.add(told(BuildSource.unpack(directory, archive), "unpacking " + archive.shown()));
        }
        configure().ifPresent(script -> steps.add(told(inSource(script), "configuring")));
        make().ifPresent(script -> steps.add(told(inSource(script), "building")));
        steps.add(told(
                Sh.lines(List.of(
                        Sh.of("rm -rf -- {} && mkdir -- {} && chown \"$u:\" -- {}", stage(), stage(), stage())
                                .aside(),
                        inSource(install()))),
                "installing into a staging directory"));
        steps.add(new Step.Run(
                script(BuildPlacement.place(self.name(), want, stage())), "putting it in place", self.limit(LIMIT)));
        return steps;
    }

    private AbsPath stage() {
        return directory.plus("/work/stage");
    }

    private Step told(Sh script, String doing) {
        return new Step.Run(script(script), doing, self.limit(LIMIT), true);
    }

    private Sh script(Sh script) {
        return BuildScript.of(directory, want, List.of(script));
    }

    private Sh prepare() {
        Sh account = want.user().isPresent()
                ? Sh.of(
                        "id -u -- {} >/dev/null 2>&1 || fail {}",
                        want.account(),
                        "there is no account \"" + want.account() + "\" on this host: make it, or leave \"user\" out")
                : Sh.of("""
                        n=0
                        until id -u "$u" >/dev/null 2>&1; do
                        e=$(useradd --system --user-group --no-create-home --home-dir /nonexistent \\
                        --shell /usr/sbin/nologin --comment 'builds of tplctl' "$u" 2>&1) ||
                        # Another program may be changing the accounts just now.
                        { n=$((n + 1)); [ $n -lt 100 ] || fail "$e" "the account $u, which builds, cannot be made"; sleep 0.1; }
                        done""");
        return Sh.lines(List.of(
                Sh.of("[ \"$(id -u)\" = 0 ] || fail {}", "a build is installed by root: \"become: true\", or -b")
                        .aside(),
                Sh.of(
                                "m=\nfor p in {}; do command -v \"$p\" >/dev/null 2>&1 || m=\"$m $p\"; done\n"
                                        + "[ -z \"$m\" ] || fail {}\"$m\"{}",
                                programs(),
                                "not installed on this host:",
                                ": their packages, and all else that the build needs, belong under \"packages\"")
                        .aside(),
                account.aside(),
                Sh.of("mkdir -p -- {}", directory),
                BuildPlacement.cleanUp(),
                Sh.of("rm -rf -- {} && mkdir -- {}", directory.plus("/work"), directory.plus("/work")),
                Sh.of("""
                        rm -f -- "$d/log" && (umask 077 && : >"$d/log")
                        mkdir -- "$d/work/home" "$d/work/tmp" && chown "$u:" -- "$d/work/home" "$d/work/tmp"
                        if ! printf ':\\n' | as_user >/dev/null 2>&1 || ! echo 'cd -- "$HOME"' | as_user 2>/dev/null; then
                        fail "$u, who builds, cannot get to $d: let others pass through the directories above it (chmod o+x)"
                        fi""").aside()));
    }

    private List<String> programs() {
        List<String> programs = new ArrayList<>();
        programs.add(want.source() instanceof BuildSpec.Source.Git ? "git" : "tar");
        if (want.make() instanceof Recipe.Arguments || want.install() instanceof Recipe.Arguments) {
            programs.add("make");
        }
        return programs;
    }

    private Optional<Sh> configure() {
        if (want.configure() instanceof Recipe.Arguments arguments) {
            List<String> words = new ArrayList<>();
            want.prefix().ifPresent(prefix -> words.add("--prefix=" + prefix));
            words.addAll(arguments.items());
            Sh check = Sh.of(
                            "[ -f ./configure ] || { echo {} >&2; exit 1; }\n",
                            "there is no ./configure in the source: \"configure: false\", or a script that makes one or"
                                    + " does without")
                    .aside();
            return Optional.of(
                    words.isEmpty() ? Sh.of("{}./configure", check) : Sh.of("{}./configure {}", check, words));
        }
        return ownScript(want.configure());
    }

    private Optional<Sh> make() {
        return want.make() instanceof Recipe.Arguments arguments
                ? Optional.of(
                        arguments.items().isEmpty()
                                ? Sh.of("make -j {}", jobs())
                                : Sh.of("make -j {} {}", jobs(), arguments.items()))
                : ownScript(want.make());
    }

    private Sh install() {
        return want.install() instanceof Recipe.Arguments arguments
                ? Sh.of("make {} DESTDIR=\"$DESTDIR\"", arguments.items())
                : ownScript(want.install()).orElseThrow();
    }

    private static Optional<Sh> ownScript(Recipe recipe) {
        return recipe instanceof Recipe.Script script ? Optional.of(Sh.of("eval {}", script.text())) : Optional.empty();
    }

    private Sh jobs() {
        return want.jobs().map(n -> Sh.of(n.toString())).orElse(Sh.of("\"$(nproc)\""));
    }

    /** A script of the account that builds, in the source, with the variables that every step finds and the user's own. */
    private Sh inSource(Sh script) {
        String source =
                directory + "/work/source" + want.directory().map(d -> "/" + d).orElse("");
        List<Sh> lines = new ArrayList<>();
        lines.add(Sh.of(
                        "PREFIX={} DESTDIR={} JOBS={}\nexport PREFIX DESTDIR JOBS",
                        want.installedBelow(),
                        stage(),
                        jobs())
                .aside());
        for (Map.Entry<String, String> variable : want.env().entrySet()) {
            lines.add(Sh.of("export " + variable.getKey() + "={}", new Word.Secret(variable.getValue())));
        }
        lines.add(Sh.of("cd -- {} || exit", source));
        lines.add(script);
        return BuildScript.asUser("as_user", Sh.lines(lines));
    }
}
