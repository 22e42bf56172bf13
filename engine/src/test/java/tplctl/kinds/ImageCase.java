package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import tplctl.kind.AbsPath;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.machine.DiskImage;

/** What tests of images in the shells that hosts have need, with the real qemu-img. */
abstract class ImageCase {
    @TempDir
    Path dir;

    final List<Path> ledgers = new ArrayList<>();

    @BeforeEach
    void check() throws IOException {
        Bench bench = bench(Bench.DASH);
        assumeThat(bench.run("command -v qemu-img && test -w /var/lib && id -u").stdout())
                .as("needs root and qemu-img")
                .endsWith("\n0\n");
    }

    @AfterEach
    void forget() throws IOException {
        for (Path ledger : ledgers) {
            Files.delete(ledger);
            Files.delete(ledger.getParent());
        }
    }

    Bench bench(List<String> shell) throws IOException {
        return new Bench(shell, Files.createDirectories(dir.resolve("scratch")));
    }

    Trial<?, ?> image(String yaml) {
        return image(yaml, Map.of());
    }

    Trial<?, ?> image(String yaml, Map<String, MemoryAssets.File> assets) {
        DiskImage base = new DiskImage(new AbsPath(dir + "/base.qcow2"), "qcow2");
        return Trial.of(
                "images",
                "it",
                yaml.replace("DIR", dir.toString()),
                new MemoryAssets(assets),
                new FixedLinks(Map.of("images.base", base)));
    }

    Path made(Bench bench, String command) {
        ProbeOutput out = bench.run("cd " + Sh.quoted(dir.toString()) + " && " + command);
        assertThat(out.exit()).as(out.stderr()).isZero();
        return dir.resolve(command.substring(command.lastIndexOf(' ') + 1));
    }

    String info(Bench bench, String file) {
        return bench.run(Sh.of("qemu-img info -- {}", dir + "/" + file).script())
                .stdout();
    }

    void forget(Bench bench, Trial<?, ?> trial, Map<String, String> trace) throws IOException {
        Path path = Path.of(trace.getOrDefault("path", ""));
        bench.remove(trial, trace);
        bench.remove(trial, trace);
        assertThat(path).doesNotExist();
        String stamp = Stamps.path("images", "", new AbsPath(path.toString()));
        assertThat(Path.of(stamp)).doesNotExist();
        assertThat(Path.of(stamp + ".new")).doesNotExist();
    }

    /** The same shell with no other programs than those of a directory. */
    static Bench poor(Bench bench, Path bin) {
        List<String> argv = new ArrayList<>(
                List.of("env", "PATH=" + bin, "/usr/bin/" + bench.shell().get(0)));
        argv.addAll(bench.shell().subList(1, bench.shell().size()));
        return new Bench(argv, bench.scratch());
    }

    Path programs(String names) throws IOException {
        Path bin = Files.createDirectory(dir.resolve("bin"));
        for (String name : names.split(" ")) {
            Path program =
                    Files.writeString(bin.resolve(name), "#!/bin/sh\nPATH=/usr/bin:/bin exec " + name + " \"$@\"\n");
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return bin;
    }
}
