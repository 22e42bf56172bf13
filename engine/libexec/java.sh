# Finding Java: in JAVA_HOME, in PATH, in /usr/lib/jvm.

# has_tool HOME TOOL: a Java of at least 17 with that tool.
has_tool() {
    [ -x "$1/bin/$2" ] && [ -r "$1/release" ] || return 1
    while IFS= read -r line; do
        case $line in
            JAVA_VERSION=\"*)
                version=${line#*\"}
                version=${version%%[!0-9]*}
                [ "${version:-0}" -ge 17 ]
                return
                ;;
        esac
    done <"$1/release"
    return 1
}

# find_java TOOL: sets java_home to a Java that has the tool.
find_java() {
    java_home=${JAVA_HOME:-}
    if [ -n "$java_home" ] && has_tool "$java_home" "$1"; then return 0; fi
    if java_home=$(command -v java); then
        java_home=$(readlink -f -- "$java_home")
        java_home=${java_home%/bin/java}
        # A version manager's shim lies in no Java's directory, but knows where that is.
        [ -r "$java_home/release" ] ||
            java_home=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
        if has_tool "$java_home" "$1"; then return 0; fi
    fi
    for java_home in /usr/lib/jvm/*; do
        if has_tool "$java_home" "$1"; then return 0; fi
    done
    return 1
}
