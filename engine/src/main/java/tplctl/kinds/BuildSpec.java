package tplctl.kinds;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tplctl.kind.AbsPath;
import tplctl.kind.Content;
import tplctl.kind.Decoding;
import tplctl.kind.Sh;

/**
 * What a build shall be.
 *
 * @param directory where in the source its steps run; empty for the top
 * @param prefix what configure is told; empty for its own default
 * @param user who builds; empty for an account of tplctl's own, which is made when it is missing
 * @param jobs how many at once; empty for as many as the host has processors
 * @param creates what the installation must make
 */
record BuildSpec(
        Source source,
        Optional<String> directory,
        Optional<AbsPath> prefix,
        Recipe configure,
        Recipe make,
        Recipe install,
        Map<String, String> env,
        Optional<String> user,
        Optional<Integer> jobs,
        List<AbsPath> creates,
        boolean overwrite) {
    static final AbsPath DEFAULT_PREFIX = new AbsPath("/usr/local");
    static final String DEFAULT_USER = "tplctl-build";

    /** Where the source comes from. */
    sealed interface Source {
        String shown();

        /** A repository. */
        record Git(String url, String ref, Submodules submodules, boolean update) implements Source {
            @Override
            public String shown() {
                return url;
            }

            /** Whether the ref can be nothing but a commit, which never moves. */
            boolean isCommit() {
                return ref.matches("[0-9a-f]{40}");
            }

            /** Whether it is a repository on the host. */
            boolean isLocal() {
                return url.startsWith("/") || url.startsWith("file://");
            }
        }

        /** An archive, which is its digest: where it lies makes no difference. */
        record Archive(FileSource file, String sha256) implements Source {
            @Override
            public String shown() {
                return file.shown();
            }

            Optional<Decoding.Asset> asset() {
                return Optional.of(file)
                        .filter(FileSource.Local.class::isInstance)
                        .map(s -> ((FileSource.Local) s).asset());
            }
        }
    }

    /**
     * Which submodules are fetched, with those in them.
     *
     * @param paths empty for all of them
     */
    record Submodules(boolean any, List<String> paths) {
        static final Submodules NONE = new Submodules(false, List.of());
        static final Submodules ALL = new Submodules(true, List.of());

        @Override
        public String toString() {
            return paths.isEmpty() ? Boolean.toString(any) : paths.toString();
        }
    }

    private String variables() {
        return new TreeMap<>(env)
                .entrySet().stream()
                        .map(e -> e.getKey() + "=" + Sh.quoted(e.getValue()))
                        .collect(Collectors.joining("\n"));
    }

    AbsPath installedBelow() {
        return prefix.orElse(DEFAULT_PREFIX);
    }

    String account() {
        return user.orElse(DEFAULT_USER);
    }

    /**
     * All that makes another installation of it, by field, each on one line. The environment's values may be secret, so only their
     * digest is there.
     */
    Map<String, String> stamp() {
        Map<String, String> stamp = new LinkedHashMap<>();
        if (source instanceof Source.Git git) {
            stamp.put("source", git.url());
            stamp.put("ref", git.ref());
            stamp.put("submodules", git.submodules().toString());
        } else {
            stamp.put("source", "sha256 " + ((Source.Archive) source).sha256());
        }
        stamp.put("directory", directory.orElse("."));
        stamp.put("prefix", prefix.map(AbsPath::text).orElse("its own"));
        stamp.put("configure", configure.shown());
        stamp.put("make", make.shown());
        stamp.put("install", install.shown());
        stamp.put("env", env.isEmpty() ? "none" : Content.of(variables()).sha256());
        stamp.replaceAll((field, text) -> text.replace("\\", "\\\\").replace("\n", "\\n"));
        return stamp;
    }
}
