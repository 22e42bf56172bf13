package tplctl.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tplctl.kind.Sh;

/** Shell text that observing and running VMs share. POSIX sh; nothing beyond what a minimal system has. */
public final class HostScripts {
    /** A file's identity and state, for {@code stat -c}: device, inode, size, mtime, ctime, the times to the nanosecond. */
    public static final String STAMP = "%d:%i:%s:%y:%z";

    /**
     * Defines {@code tplctl_stamp WORD PATH}, which prints the word and the file's stamp, or the word and {@code absent}. Sets
     * {@code ask} unless the manifest's line in {@code sealed} has the same stamp, whatever the device's number.
     */
    public static final String STAMP_LINE = """
            tplctl_stamp() {
              now=$(TZ=UTC0 stat -L -c '%d:%i:%s:%y:%z' -- "$2" 2>/dev/null) || now=absent
              printf '%s %s\\n' "$1" "$now"
              case $sealed in *":${now#*:}\\""*) ;; *) ask=1 ;; esac
            }
            """;

    /**
     * Defines {@code tplctl_room PATH}, which prints what the file system that the path will lie on is, and how much of it is
     * free: {@code room TYPE BLOCK_SIZE FREE_BLOCKS BLOCKS}; and for hugetlbfs, whose blocks only tell of a {@code size=} limit,
     * {@code pages FREE RESERVED}.
     */
    public static final String ROOM = """
            tplctl_room() {
              d=${1%/*}
              while [ -n "$d" ] && [ ! -d "$d" ]; do d=${d%/*}; done
              r=$(stat -f -c '%T %S %a %b' -- "${d:-/}") || return
              echo "room $r"
              set -- $r
              p=/sys/kernel/mm/hugepages/hugepages-$(($2 / 1024))kB
              if [ "$1" = hugetlbfs ] && [ -d "$p" ]; then
                read -r free < "$p/free_hugepages"
                read -r reserved < "$p/resv_hugepages"
                echo "pages $free $reserved"
              fi
            }
            """;

    /** The descriptor on which a starting emulator inherits the device state. */
    public static final int STATE_DESCRIPTOR = 7;

    /**
     * Defines {@code tplctl_alive PIDFILE}: whether the process that wrote the file still runs. The file holds the process's own
     * line of /proc/PID/stat; pid and start time (field 22, proc(5)) must both match, so that a reused pid is not taken for it. Sets
     * {@code pid}.
     */
    public static final String ALIVE = """
            tplctl_alive() {
              { read -r was < "$1"; } 2>/dev/null || return 1
              pid=${was%% *}
              { read -r now < "/proc/$pid/stat"; } 2>/dev/null || return 1
              set -- ${was##*) }
              started=${20}
              set -- ${now##*) }
              [ "$1" != Z ] && [ -n "$started" ] && [ "${20}" = "$started" ]
            }
            """;

    /**
     * Defines {@code tplctl_clock}, which sets {@code clock} to hundredths of a second since the host was booted. Counting sleeps would
     * not do: on a host with much to do each takes far longer than it says.
     */
    public static final String CLOCK = """
            tplctl_clock() {
              read -r clock rest < /proc/uptime
              clock=${clock%.*}${clock#*.}
            }
            """;

    // The pid file is written before the shell becomes the emulator: there is no emulator without one. Descriptor 3
    // closes when the file is there, or never will be.
    private static final String BECOME =
            "read -r line < /proc/$$/stat && printf \"%s\\n\" \"$line\" > \"$0\" || exit 1; exec \"$@\" 3>&-";

    private HostScripts() {}

    /** {@link #start(Layout.Dirs, List, Optional, Map)} with nothing added to the environment. */
    public static Sh start(Layout.Dirs dirs, List<String> argv, Optional<String> state) {
        return start(dirs, argv, state, Map.of());
    }

    /**
     * Starts an emulator that outlives the script; {@code state} is opened for it, with an offset of its own. When the script
     * ends, the pid file tells of the emulator; there is none when it could not be started.
     *
     * @param environment variables that the emulator and its children have besides those of the script
     */
    public static Sh start(
            Layout.Dirs dirs, List<String> argv, Optional<String> state, Map<String, String> environment) {
        List<String> variables = new ArrayList<>(List.of("env"));
        new TreeMap<>(environment).forEach((name, value) -> variables.add(name + "=" + value));
        Sh surroundings = environment.isEmpty() ? Sh.of("") : Sh.of("{} ", variables);
        Sh inherited = state.map(file -> Sh.of(STATE_DESCRIPTOR + "<{}", file)).orElseGet(() -> Sh.of(""));
        // The substitution ends when descriptor 3 does. Descriptor 9, the host's busy lock, must not outlive the step.
        return Sh.of(
                "rm -f -- {} {} {} {} {} {}\n: $({}setsid sh -c {} {} {} </dev/null 3>&1 >{} 2>&1 9>&- {} &)",
                dirs.pid(),
                dirs.qmp(),
                dirs.serial(),
                dirs.monitor(),
                dirs.agent(),
                dirs.serialLog(),
                surroundings,
                BECOME,
                dirs.pid(),
                argv,
                dirs.log(),
                inherited);
    }

    /** The emulator's command line as a person would type it. */
    public static String shown(List<String> argv, Optional<String> state) {
        String command = Sh.command(argv).shown();
        return state.map(file -> command + " " + STATE_DESCRIPTOR + "<" + Sh.quoted(file))
                .orElse(command);
    }

    /**
     * Kills what a pid file tells of, if it still runs, and waits for its end; fails, and keeps the file, when there is none. For
     * processes that hold nothing worth saving.
     */
    public static Sh kill(Layout.Dirs dirs) {
        return Sh.of(
                        ALIVE + """
                        if tplctl_alive {}; then
                          kill -KILL "$pid" || :
                          n=0
                          while tplctl_alive {}; do
                            if [ $n -ge 100 ]; then
                              echo "process $pid does not end" >&2
                              exit 1
                            fi
                            sleep 0.05
                            n=$((n+1))
                          done
                        fi
                        rm -f -- {} {} {} {} {}
                        """,
                        dirs.pid(),
                        dirs.pid(),
                        dirs.pid(),
                        dirs.qmp(),
                        dirs.serial(),
                        dirs.monitor(),
                        dirs.agent())
                .aside();
    }

    /** Makes the two directories, closed to others. */
    public static Sh makeDirs(Layout.Dirs dirs) {
        return Sh.of("umask 077\nmkdir -p -- {} {}", dirs.run(), dirs.lib());
    }

    /**
     * Removes the frozen disks of a template's builds that nothing stands on; those of the present build, which the manifest at that
     * path tells of, stay, and so do those whose own manifest is still there.
     */
    public static Sh dropUnusedBuilds(String template, String manifest) {
        return dropUnusedBuilds(template, manifest, "");
    }

    /**
     * The same on a host that sees VMs of others.
     *
     * @param sharing this host's name, where it shares the VMs' directory: others' VMs there do not stand on what lies here; else empty
     */
    public static Sh dropUnusedBuilds(String template, String manifest, String sharing) {
        return Sh.of(
                """
                {}
                for build in {}/*/; do
                  build=${build%/}
                  [ -d "$build" ] || continue
                  own=
                  { read -r own < "$build/manifest"; } 2>/dev/null || :
                  grep -qsF -- '"id":"'"${build##*/}"'"' {} "$own" && continue
                  stands=
                  for disk in $(grep -lsF -- "$build/" {}/vms/*/backing); do
                    if tplctl_ours "${disk%/backing}"; then stands=1; fi
                  done
                  [ -n "$stands" ] || rm -rf -- "$build"
                done
                rmdir -- {} 2>/dev/null || :
                """,
                (sharing.isEmpty() ? Sh.of("tplctl_ours() { :; }") : MoveMark.ours(sharing)).aside(),
                Layout.template(template),
                manifest,
                Layout.LIB,
                Layout.template(template));
    }
}
