package tplctl.kinds;

import java.util.ArrayList;
import java.util.List;
import tplctl.kind.AbsPath;
import tplctl.kind.Sh;

/**
 * The scripts that fetch a source. A repository is fetched as the user that tplctl is on the host, whose keys and known hosts ssh
 * uses, into a bare one that is kept, so that the next build fetches only what is new. Git never asks anything: there is nobody to
 * answer.
 */
final class BuildSource {
    private static final Sh QUIET = Sh.of("""
            GIT_TERMINAL_PROMPT=0 SSH_ASKPASS_REQUIRE=never
            export GIT_TERMINAL_PROMPT SSH_ASKPASS_REQUIRE
            unset GIT_ASKPASS SSH_ASKPASS DISPLAY
            [ "${GIT_SSH_COMMAND:-}" ] || [ "${GIT_SSH:-}" ] || git config core.sshCommand >/dev/null ||
            { GIT_SSH_COMMAND='ssh -o BatchMode=yes'; export GIT_SSH_COMMAND; }""").aside();

    // A branch comes before a tag of the same name, as with git checkout; origin/ is what a clone calls the branches.
    private static final Sh RESOLVE = Sh.of("""
            commit() {
            git -C "$r" rev-parse -q --verify "$1^{commit}"
            }
            resolve() {
            commit "refs/heads/$1" || commit "refs/tags/$1" || commit "refs/heads/${1#origin/}" && return
            case $1 in
            refs/*) commit "$1" ;;
            *[!0-9a-f]* | ? | ?? | ??? | ???? | ????? | ??????) false ;;
            *) commit "$1" ;;
            esac
            }
            nearest() {
            git -C "$r" for-each-ref --format='%(refname:lstrip=2)' refs/heads refs/tags | WANTED=$1 awk '
            function distance(a, b,   i, j, m, n, d, cost) {
            m = length(a); n = length(b)
            for (i = 0; i <= m; i++) d[i, 0] = i
            for (j = 0; j <= n; j++) d[0, j] = j
            for (i = 1; i <= m; i++) for (j = 1; j <= n; j++) {
            cost = d[i - 1, j - 1] + (substr(a, i, 1) != substr(b, j, 1))
            if (d[i - 1, j] + 1 < cost) cost = d[i - 1, j] + 1
            if (d[i, j - 1] + 1 < cost) cost = d[i, j - 1] + 1
            d[i, j] = cost
            }
            return d[m, n]
            }
            { print distance(ENVIRON["WANTED"], $0), $0 }' | sort -n | head -n 5 | cut -d ' ' -f 2-
            }""").aside();

    private BuildSource() {}

    /** Prints {@code head COMMIT}, {@code vanished} when there is no such branch or tag, or {@code unasked} with git's words. */
    static Sh head(BuildSpec.Source.Git git) {
        String ref = git.ref();
        String short_ = ref.startsWith("origin/") ? ref.substring("origin/".length()) : ref;
        return Sh.of(
                """
                {}
                if l=$(timeout 30 git ls-remote -- {} {} {} {} {} 2>&1); then
                printf '%s\\n' "$l" | WANTED={} awk '
                BEGIN { w = ENVIRON["WANTED"]; s = w; sub("^origin/", "", s)
                rank["refs/heads/" w] = 1; rank["refs/tags/" w "^" "{" "}"] = 2; rank["refs/tags/" w] = 3
                if (!(("refs/heads/" s) in rank)) rank["refs/heads/" s] = 4; rank[w] = 5 }
                ($2 in rank) && (!best || rank[$2] < best) { best = rank[$2]; commit = $1 }
                END { print best ? "head " commit : "vanished" }'
                else
                printf 'unasked %s\\n' "$(printf '%s\\n' "$l" | tail -n 1)"
                fi""",
                QUIET,
                git.url(),
                "refs/heads/" + ref,
                "refs/tags/" + ref + "*",
                "refs/heads/" + short_,
                ref.startsWith("refs/") ? List.of(ref) : List.of(),
                ref);
    }

    /** Fetches the repository and checks the ref out into {@code work/source}; its commit is in {@code work/commit} then. */
    static Sh clone(AbsPath directory, BuildSpec.Source.Git git, String account) {
        AbsPath repository = directory.plus("/repository");
        AbsPath tree = directory.plus("/work/source");
        List<String> refs = new ArrayList<>(List.of("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"));
        if (git.ref().startsWith("refs/") && !git.ref().matches("refs/(heads|tags)/.*")) {
            refs.add("+" + git.ref() + ":" + git.ref());
        }
        Sh known = git.isCommit()
                ? Sh.of("git -C \"$r\" cat-file -e {} 2>/dev/null ||\n", git.ref() + "^{commit}")
                : Sh.of("");
        // A commit that no branch or tag leads to may still be had by its name.
        Sh byName = git.isCommit()
                ? Sh.of("{}told git -C \"$r\" fetch --progress -- {} {} || :", known, git.url(), git.ref())
                : Sh.of(":");
        return Sh.lines(List.of(
                Sh.of("r={}", repository).aside(),
                QUIET,
                RESOLVE,
                Sh.of("[ -d \"$r\" ] || git init -q --bare -- \"$r\" || exit").aside(),
                Sh.of(
                        "{}git -C {} -c gc.autoDetach=false fetch --progress --prune --force -- {} {}",
                        Sh.of("{}told ", known).aside(),
                        repository,
                        git.url(),
                        refs),
                byName.aside(),
                Sh.of(
                                """
                                commit=$(resolve {}) || {
                                printf '%s\\n' {} >&2
                                n=$(nearest {})
                                if [ "$n" ]; then
                                printf '%s\\n' "the nearest that it has: $(printf '%s\\n' "$n" | sed 's/^/"/; s/$/"/; $!s/$/,/' | tr '\\n' ' ')" >&2
                                else
                                echo 'it has no branch and no tag' >&2
                                fi
                                exit 1
                                }
                                rm -rf -- {} && printf '%s\\n' "$commit" >"$d/work/commit" || exit""",
                                git.ref(),
                                "there is no branch, tag or commit \"" + git.ref() + "\" in " + git.url(),
                                git.ref(),
                                tree)
                        .aside(),
                Sh.of("git clone -q --shared --no-checkout -- {} {} &&", repository, tree),
                Sh.of("git -C {} remote set-url origin {} &&", tree, git.url()),
                Sh.of(
                        "git -C {} checkout -q --detach \"$commit\"{}",
                        tree,
                        Sh.of(" || exit").aside()),
                submodules(tree, git),
                Sh.of("chown -hR {} -- {}", account + ":", tree)));
    }

    // Git takes no submodules from the host's own files unless told to, lest a repository from elsewhere shows them to
    // somebody; where the repository itself is such a file, they are expected to be.
    private static Sh submodules(AbsPath tree, BuildSpec.Source.Git git) {
        if (!git.submodules().any()) {
            return Sh.of("").aside();
        }
        return Sh.of(
                "{}git -C {}{} submodule update --init --recursive --progress{}",
                Sh.of("told ").aside(),
                tree,
                Sh.of(git.isLocal() ? " -c protocol.file.allow=always" : ""),
                git.submodules().paths().isEmpty()
                        ? Sh.of("")
                        : Sh.of(" -- {}", git.submodules().paths()));
    }

    /** Fetches the archive, when it is not on the host, and unpacks it into {@code work/source}. */
    static Sh unpack(AbsPath directory, BuildSpec.Source.Archive archive) {
        boolean onHost = archive.file() instanceof FileSource.OnHost;
        Sh file = Sh.of(
                "{}", onHost ? archive.file().shown() : kept(directory, archive).text());
        Sh fetched = archive.file() instanceof FileSource.Url url
                ? Sh.of("""
                        {}
                        for o in "$d"/archive-*; do
                        case $o in "$s" | "$s.head") ;; *) rm -f -- "$o" ;; esac
                        done
                        if ! c=$(sha256sum <"$s") 2>/dev/null || [ "${c%% *}" != {} ]; then
                        tplctl_fetch || exit
                        fi""", Download.define(url.url(), true), archive.sha256())
                : Sh.of(":");
        return Sh.lines(List.of(
                Sh.of("s={}", file),
                fetched.aside(),
                Sh.of(
                                "[ -f \"$s\" ] || { printf '%s\\n' {} >&2; exit 1; }",
                                "there is no file " + archive.file().shown())
                        .aside(),
                Download.verify(archive.file(), archive.sha256()).aside(),
                Sh.of("""
                        case $(od -A n -t x1 -N 6 <"$s" | tr -d ' \\n') in
                        1f8b*) z=-z ;;
                        425a68*) z=-j ;;
                        fd377a585a00*) z=-J ;;
                        28b52ffd*) z=--zstd ;;
                        504b*) echo 'it is a zip archive: give the source as a tar archive' >&2; exit 1 ;;
                        *) z= ;;
                        esac
                        w=$d/work
                        rm -rf -- "$w/unpacked" "$w/source" && mkdir -- "$w/unpacked" && chown "$u:" -- "$w/unpacked" || exit""").aside(),
                BuildScript.asUser(
                        "as_user \"Z=$z\" 5<\"$s\"",
                        Sh.of("cd -- {} && tar -x $Z -o -f - <&5", directory.plus("/work/unpacked"))),
                Sh.of("""
                        cd "$w/unpacked" && set -- * .[!.]* ..?* || exit
                        n= top=.
                        for e; do
                        if [ -e "$e" ] || [ -h "$e" ]; then n=${n}x top=$e; fi
                        done
                        cd /
                        if [ "$n" = x ] && [ -d "$w/unpacked/$top" ] && [ ! -h "$w/unpacked/$top" ]; then
                        mv -- "$w/unpacked/$top" "$w/source"
                        else
                        mv -- "$w/unpacked" "$w/source"
                        fi""").aside()));
    }

    /** Where an archive is kept that does not lie on the host itself; a download that was cut short goes on there. */
    static AbsPath kept(AbsPath directory, BuildSpec.Source.Archive archive) {
        return directory.plus("/archive-" + archive.sha256().substring(0, 16));
    }
}
