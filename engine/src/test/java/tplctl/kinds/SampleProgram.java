package tplctl.kinds;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * A small program in C in a git repository of a test's: a configure script as autotools make them, a Makefile that heeds DESTDIR, and
 * the text that it prints in a submodule. It installs the program, a link to it, a configuration file and, in {@code v2}, a manual.
 */
public final class SampleProgram {
    private static final String CONFIGURE = """
            #!/bin/sh
            prefix=/usr/local name=sample
            for option; do
            case $option in
            --prefix=*) prefix=${option#*=} ;;
            --program-name=*) name=${option#*=} ;;
            --fail) echo checking for luck... no; echo 'configure: error: out of luck' >&2; exit 77 ;;
            *) echo "configure: error: unrecognized option: $option" >&2; exit 1 ;;
            esac
            done
            echo checking for a compiler... ${CC:-cc}
            ${CC:-cc} --version >/dev/null || exit 1
            sed -e "s,@prefix@,$prefix,g; s,@name@,$name,g; s,@cc@,${CC:-cc},g; s,@flags@,$CFLAGS,g" Makefile.in >Makefile
            echo creating Makefile
            """;

    private static final String MAKEFILE = """
            prefix = @prefix@
            all: @name@
            @name@: sample.c words/words.h
            \t@cc@ @flags@ -o $@ sample.c
            install: all
            \tmkdir -p $(DESTDIR)$(prefix)/bin $(DESTDIR)$(prefix)/etc
            \tcp @name@ $(DESTDIR)$(prefix)/bin/@name@
            \tln -sf @name@ $(DESTDIR)$(prefix)/bin/@name@-link
            \techo greet=1 >$(DESTDIR)$(prefix)/etc/sample.conf
            \t[ ! -f manual ] || { mkdir -p $(DESTDIR)$(prefix)/share/man; cp manual $(DESTDIR)$(prefix)/share/man/; }
            """;

    private final Path directory;

    /** Makes the repository, {@code program}, and that of its submodule, {@code words}, in a directory. */
    public SampleProgram(Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(directory.resolve("words"));
            Files.createDirectories(directory.resolve("program"));
            write("words/words.h", "#define WORDS \"hello\"\n");
            git("words", "init", "-q", "-b", "main");
            commit("words", "The words");
            write("program/configure", CONFIGURE);
            Files.setPosixFilePermissions(
                    directory.resolve("program/configure"), PosixFilePermissions.fromString("rwxr-xr-x"));
            write("program/Makefile.in", MAKEFILE);
            write(
                    "program/sample.c",
                    "#include <stdio.h>\n#include \"words/words.h\"\nint main() { return puts(WORDS \" 1\") < 0; }\n");
            git("program", "init", "-q", "-b", "main");
            git("program", "-c", "protocol.file.allow=always", "submodule", "add", "-q", directory + "/words", "words");
            commit("program", "The first version");
            git("program", "tag", "v1");
            version("2");
            write("program/manual", "Read the source.\n");
            commit("program", "The second version");
            git("program", "tag", "-a", "-m", "The second version", "v2");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path repository() {
        return directory.resolve("program");
    }

    /** Makes a new commit of the branch {@code main}, in which the program says so. */
    public String next(String version) {
        version(version);
        commit("program", "Version " + version);
        return head();
    }

    public String head() {
        return git("program", "rev-parse", "HEAD").strip();
    }

    private void version(String version) {
        write(
                "program/sample.c",
                "#include <stdio.h>\n#include \"words/words.h\"\nint main() { return puts(WORDS \" " + version
                        + "\") < 0; }\n");
    }

    private void commit(String repository, String subject) {
        git(repository, "add", "-A");
        git(repository, "-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", subject);
    }

    /** What git prints in a repository. */
    public String git(String repository, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of("git", "-C", directory.resolve(repository).toString()));
        command.addAll(List.of(arguments));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
            builder.environment().put("GIT_COMMITTER_NAME", "Test");
            builder.environment().put("GIT_COMMITTER_EMAIL", "test@localhost");
            Process process = builder.start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(command + ": " + said);
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private void write(String path, String text) {
        try {
            Files.writeString(directory.resolve(path), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
