package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tplctl.kind.ProbeOutput;
import tplctl.lab.WholeMachine;

/** Packages, observed by the real dpkg-query; what would be installed is told by an apt-get that only writes it down. */
@ExtendWith(WholeMachine.class)
class PackagesIT {
    @TempDir
    Path dir;

    @BeforeEach
    void check() {
        assumeThat(Path.of("/usr/bin/dpkg-query")).as("needs dpkg").isExecutable();
    }

    private Bench bench(List<String> shell) throws IOException {
        return new Bench(shell, Files.createDirectories(dir.resolve("scratch")));
    }

    private static Trial<?, ?> packages(String yaml) {
        return Trial.of("packages", "default", yaml);
    }

    @Shells
    void knowsWhatIsInstalledFromWhatIsNot(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        assertThat(bench.changes(packages("{ names: [dash, dpkg] }"))).isEmpty();
        assertThat(bench.changes(packages("{ names: [dash, no-such-package, 'dash:no-such-arch', awk] }")))
                .singleElement()
                .satisfies(c -> assertThat(c.to()).isEqualTo("no-such-package, dash:no-such-arch, awk"));
    }

    @Shells
    void takesAFailingDpkgQueryForNothingButAnError(List<String> shell) throws IOException {
        Bench bench = poor(shell, "apt-get", "exit 0", "dpkg-query", "exit 2");
        assertThat(bench.look(packages("{ names: dash }")).exit()).isNotZero();
    }

    @Shells
    void namesTheOtherPackageManager(List<String> shell) throws IOException {
        Bench bench = poor(shell, "zypper", "exit 0");
        assertThat(bench.changes(packages("{ names: dash }")))
                .singleElement()
                .satisfies(
                        c -> assertThat(c.refusal())
                                .isEqualTo(
                                        "packages: no apt-get on h1; it has zypper, which is not driven: install dash by a command"));
    }

    @Shells
    void fetchesTheListsWhenANameIsUnknownAndInstallsUnattended(List<String> shell) throws IOException {
        Bench bench = poor(
                shell,
                "dpkg-query",
                "[ ! -e DIR/installed ] || echo 'hello amd64 installed'",
                "apt-cache",
                "[ ! -e DIR/fetched ] || echo 'Package: hello'",
                "apt-get",
                "echo \"$DEBIAN_FRONTEND $*\" >>DIR/log; case \"$*\" in *update) if [ -e DIR/locked ]; then >DIR/fetched; else"
                        + " >DIR/locked; echo 'E: Could not get lock /var/lib/apt/lists/lock'; exit 100; fi ;;"
                        + " *) >DIR/installed ;; esac");
        bench.apply(packages("{ names: hello }"));
        assertThat(dir.resolve("log"))
                .hasContent("noninteractive -q update\nnoninteractive -q update\n"
                        + "noninteractive -y -q --no-install-recommends -o DPkg::Lock::Timeout=300"
                        + " -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install -- hello\n");
    }

    // In dash alone: busybox prefers a dpkg of its own to the one on the path.
    @Test
    void configuresWhatAnInterruptedDpkgLeft() throws IOException {
        Bench bench = poor(
                Bench.DASH,
                "dpkg-query",
                "[ ! -e DIR/installed ] || echo 'hello amd64 installed'",
                "apt-cache",
                "echo 'Package: hello'",
                "apt-get",
                "[ -e DIR/configured ] || exit 100; >DIR/installed",
                "dpkg",
                "case $1 in --audit) echo broken ;; *) >DIR/configured ;; esac");
        bench.apply(packages("{ names: hello }"));
        assertThat(dir.resolve("configured")).exists();
    }

    @Shells
    void saysWhichNameIsUnknownOrVirtual(List<String> shell) throws IOException {
        Bench bench = poor(
                shell,
                "dpkg-query",
                "exit 1",
                "apt-cache",
                "case $1-$3 in show-*) exit 100 ;; showpkg-awk) echo Package: awk ;; esac",
                "apt-get",
                "echo \"E: The repository has no Release file\"; exit 100");
        ProbeOutput out = bench.failure(packages("{ names: [no-such-package, awk] }"));
        assertThat(out.exit()).isEqualTo(1);
        assertThat(out.stderr()).isEqualTo("""
                        E: The repository has no Release file
                        the package lists of this host have no "no-such-package"
                        "awk" is a virtual package or has no candidate: name a package that provides it
                        """);
    }

    /** The shell with programs that do what the given scripts say, and nothing else but grep and sleep. */
    private Bench poor(List<String> shell, String... programs) throws IOException {
        Path bin = Files.createDirectory(dir.resolve("bin"));
        List<String> all = new ArrayList<>(List.of(programs));
        all.addAll(List.of("grep", "exec /usr/bin/grep \"$@\"", "sleep", "exit 0"));
        for (int i = 0; i < all.size(); i += 2) {
            String script = "#!/bin/sh\n" + all.get(i + 1).replace("DIR", dir.toString()) + "\n";
            Path program = Files.writeString(bin.resolve(all.get(i)), script);
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        List<String> argv = new ArrayList<>(List.of("env", "PATH=" + bin, "/usr/bin/" + shell.get(0)));
        argv.addAll(shell.subList(1, shell.size()));
        return new Bench(argv, Files.createDirectories(dir.resolve("scratch")));
    }
}
