package tplctl.kinds;

import java.util.List;
import tplctl.kind.Sh;

/** How packages are installed by apt-get, unattended. */
final class PackageSteps {
    private PackageSteps() {}

    /**
     * Installs packages. The lists are fetched when a name is unknown; other users of apt and dpkg are waited for; what an
     * interrupted dpkg left is configured when apt-get fails over it, by when nobody else is at it. Configuration files that
     * somebody changed are kept.
     *
     * <p>apt-get waits for the locks of dpkg by itself (apt.conf(5), DPkg::Lock::Timeout), but not for that of its lists.
     */
    static Sh install(Packages.Spec want, List<String> missing) {
        return Sh.of(
                """
                export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l
                known() {
                u=
                for n in {}; do apt-cache show --no-all-versions -- "$n" 2>/dev/null | grep -q '^Package:' || u="$u $n"; done
                [ -z "$u" ]
                }
                fetch() {
                n=0
                while ! e=$(apt-get -q update 2>&1 </dev/null); do
                case $e in
                *'Could not get lock'* | *'Unable to lock'*) [ "$n" -lt 60 ] || break; n=$((n + 1)); sleep 2 ;;
                *) break ;;
                esac
                done
                }
                e=
                {}
                known || { {}known; } || {
                [ -z "$e" ] || printf '%s\\n' "$e" >&2
                for n in $u; do
                if [ -n "$(apt-cache showpkg -- "$n" 2>/dev/null)" ]; then
                printf '%s\\n' "\\"$n\\" is a virtual package or has no candidate: name a package that provides it" >&2
                else
                printf '%s\\n' "the package lists of this host have no \\"$n\\"" >&2
                fi
                done
                exit 1
                }
                install() {
                apt-get -y -q {} -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
                install -- {} </dev/null
                }
                install || {
                r=$?
                set -- /var/lib/dpkg/updates/[0-9]*
                if [ -e "$1" ] || [ -n "$(dpkg --audit)" ]; then
                dpkg --configure -a --force-confdef --force-confold </dev/null && install
                else
                exit "$r"
                fi
                }""",
                missing,
                Sh.of(want.updateCache() ? "fetch" : ":"),
                Sh.of(want.updateCache() ? "" : "fetch; "),
                Sh.of(want.recommends() ? "--install-recommends" : "--no-install-recommends"),
                missing);
    }
}
