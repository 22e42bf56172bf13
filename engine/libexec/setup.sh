# Installing a JDK, Maven and other packages, and building the program. bin/tplctl reads this in when it has to.
# It needs java.sh, and build_program also what bin/tplctl sets: engine, root, jar, unfinished and stale.

say() { printf 'tplctl: %s\n' "$*" >&2; }

die() {
    say "$@"
    exit 1
}

# install_packages WHY PACKAGE...: installs Debian packages after saying so. Where that cannot be done it says what is
# needed and ends the program.
install_packages() {
    why=$1
    shift
    [ -r /etc/debian_version ] && command -v apt-get >/dev/null ||
        die "$why: install it and try again (only on Debian and Ubuntu is it installed by itself, as $*)"
    as_root=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "$why: as root, run: apt-get install $*"
        as_root=sudo
    fi
    say "$why: installing $* (apt-get${as_root:+, with sudo})"
    apt_log=$(mktemp)
    if ls /var/lib/apt/lists 2>/dev/null | grep -q _Packages && apt_get install "$@" >"$apt_log" 2>&1; then
        rm -f "$apt_log"
    elif apt_get update >>"$apt_log" 2>&1 && apt_get install "$@" >>"$apt_log" 2>&1; then
        rm -f "$apt_log"
    else
        cat "$apt_log" >&2
        rm -f "$apt_log"
        die "$why, and installing it failed; what apt-get said is above"
    fi
}

apt_get() {
    action=$1
    shift
    # The command line's stdin is the user's, and may be a playbook.
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$action" \
        --no-install-recommends "$@" </dev/null
}

# need_jdk: sets java_home to a JDK, which it installs when there is none. Debian 12 has 17; where a later release has
# another one, its default is newer.
need_jdk() {
    if find_java javac; then return 0; fi
    if ls /var/lib/apt/lists 2>/dev/null | grep -q _Packages && ! apt-cache show openjdk-17-jdk-headless >/dev/null 2>&1
    then
        install_packages "A JDK, 17 or later, is needed" default-jdk-headless
    else
        install_packages "A JDK, 17 or later, is needed" openjdk-17-jdk-headless
    fi
    find_java javac || die "there is still no JDK, 17 or later, in JAVA_HOME, PATH or /usr/lib/jvm"
}

need_maven() {
    if command -v mvn >/dev/null; then return 0; fi
    install_packages "Maven is needed to build tplctl" maven
}

# build_program: makes the jar, one process at a time; sets java_home to the JDK it was made with. The mark for an
# unfinished build stays where a build is interrupted, so that the next command builds again.
build_program() {
    [ -e "$root/pom.xml" ] || die "$jar is missing, and there are no sources to make it from"
    mkdir -p "$engine/target" || die "cannot build: $engine/target cannot be made"
    need_jdk
    need_maven
    exec 9<"$engine/target"
    if command -v flock >/dev/null; then
        flock -n 9 || {
            say "waiting for a build that is running"
            flock 9
        }
    fi
    if stale; then
        if [ -d "$engine/target/lib" ]; then
            say "building: the sources are newer than the program"
        else
            say "building: this takes a minute the first time, when Maven fetches the libraries"
        fi
        rm -rf "$engine/target/quick-classes" # half written ones look whole to Maven, and it ignores changed options
        : >"$unfinished" || die "cannot build: $engine/target cannot be written"
        rm -f "$jar" # a tplctl that is running goes on reading the old one
        (
            cd "$root"
            export JAVA_HOME="$java_home" MAVEN_OPTS="${MAVEN_OPTS:--XX:TieredStopAtLevel=1 -XX:+UseSerialGC}"
            exec mvn -q -B -Dquick package </dev/null >&2
        ) || die "the build failed; what Maven said is above"
        touch -r "$unfinished" "$jar" # what was edited since the build began is not in it
        rm -f "$unfinished"
    fi
    exec 9<&-
}
