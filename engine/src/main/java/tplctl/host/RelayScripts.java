package tplctl.host;

/** What the delivery of the relay does on a host, as scripts. */
final class RelayScripts {
    private static final String LOOK = """
            if [ -f "$dir/$digest/relay.jar" ]; then
            printf 'jar %s\\n' "$(sha256sum <"$dir/$digest/relay.jar")"
            [ -z "$(find "$dir/$digest" -maxdepth 0 -mtime +0)" ] || echo aged
            fi
            suits() {
            [ -x "$1/bin/java" ] || return 1
            if [ -r "$1/release" ]; then release=$(cat "$1/release")
            else release="JAVA_VERSION=$("$1/bin/java" -version 2>&1 | sed -n 's/^[^"]*\\("[0-9][^"]*"\\).*/\\1/p')"
            fi
            version=${release#*JAVA_VERSION=\\"}
            version=${version%%[!0-9]*}
            [ "${version:-0}" -ge 17 ] || return 1
            [ "$version" -lt 22 ] || return 0
            case $release in
            *MODULES=*jdk.crypto.ec*) return 0 ;;
            *MODULES=*) return 1 ;;
            esac
            }
            java_there() {
            found=${JAVA_HOME:-}
            if [ "$found" ] && suits "$found"; then return 0; fi
            if found=$(command -v java); then
            found=$(readlink -f "$found")
            found=${found%/bin/java}
            # A version manager's java lies in no Java's directory, but knows where that is.
            [ -r "$found/release" ] ||
            found=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\\.home = //p')
            if suits "$found"; then return 0; fi
            fi
            for found in /usr/lib/jvm/* "$dir"/*/java; do
            if suits "$found"; then return 0; fi
            done
            return 1
            }
            if java_there; then printf 'java %s\\n' "$found"; fi
            """;

    private static final String PLATFORM = """
            libc=unknown
            for each in /lib/ld-musl-*; do [ ! -e "$each" ] || libc=musl; done
            case $(ldd --version 2>&1) in *GLIBC*|*glibc*|*'GNU libc'*) libc=glibc ;; esac
            printf 'platform %s %s\\n' "$(uname -m)" "$libc"
            """;

    /** A running relay names its directory in its arguments; the pattern is written so that grep's own do not match it. */
    private static final String PRUNE = """
            touch -c "$dir/$digest"
            find "$dir" -maxdepth 1 -name '.java-*' -mtime +0 -exec rm -rf {} +
            for each in "$dir"/*; do
            name=${each##*/}
            case $found/ in "$each"/*) touch -c "$each"; continue ;; esac
            [ ${#name} -eq 64 ] && [ "$name" != "$digest" ] || continue
            [ "$(find "$each" -maxdepth 0 -mtime +7)" ] || continue
            rest=${name#?}
            grep -qs "[${name%"$rest"}]$rest" /proc/[0-9]*/cmdline || rm -rf "$each"
            done
            """;

    private static final String INSTALL = """
            trap 'rm -rf "$part" "$packed"' EXIT
            trap 'exit 143' TERM
            [ "$(sha256sum <"$packed" | cut -c 1-64)" = "$digest" ] || { echo "it did not arrive whole" >&2; exit 1; }
            mkdir -p "$part/java" || exit
            gzip -dc <"$packed" | tar -x -f - -C "$part/java" || exit
            chmod -R a+rX,go-w "$part" || exit
            "$part/java/bin/java" -version >/dev/null || exit
            # Starting takes half the time with an archive of the classes' data; it does without.
            "$part/java/bin/java" -XX:+UseSerialGC -Xshare:dump >/dev/null 2>&1
            mv -T "$part" "$dir/$digest" || [ -x "$dir/$digest/java/bin/java" ]
            """;

    private final String directory;

    /** @param directory where relays and runtimes are kept on hosts */
    RelayScripts(String directory) {
        this.directory = directory;
    }

    /** Prints {@code jar DIGEST}, {@code aged} when its directory was not touched for a day, and {@code java HOME}. */
    Script look(String digest) {
        return new Script(variables(digest) + LOOK, "look for the relay and a Java of 17 or later");
    }

    /** Prints {@code platform PROCESSOR LIBC}. */
    static Script platform() {
        return new Script(PLATFORM, "ask for the processor and the C library");
    }

    Script makeDirectory(String digest) {
        return new Script(variables(digest) + "mkdir -p \"$dir/$digest\"", "make " + directory + "/" + digest);
    }

    /** Marks as used, and removes what was not for a week and no process runs from. */
    Script prune(String digest, String javaHome) {
        return new Script(
                variables(digest) + ScriptFrame.set("found", javaHome) + PRUNE, "remove old relays in " + directory);
    }

    /** Makes the Java runtime's directory of its packed file, which is gone afterwards either way. */
    Script install(String digest, String packed) {
        return new Script(
                variables(digest)
                        + ScriptFrame.set("packed", packed)
                        + ScriptFrame.set("part", packed + ".part")
                        + INSTALL,
                "install a Java runtime in " + directory);
    }

    private String variables(String digest) {
        return ScriptFrame.set("dir", directory) + ScriptFrame.set("digest", digest);
    }
}
