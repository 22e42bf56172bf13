package tplctl.kinds;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tplctl.kind.AbsPath;
import tplctl.kind.Decoding;
import tplctl.kind.Field;
import tplctl.kind.Schema;
import tplctl.kind.Shape;
import tplctl.kind.Type;
import tplctl.kind.Types;
import tplctl.kind.Values;
import tplctl.text.ListNode;
import tplctl.text.Node;

/** The fields that say where a build's source comes from. */
final class BuildSourceFields {
    /** What ssh takes as HOST:PATH. */
    private static final Pattern SCP = Pattern.compile("([A-Za-z0-9._-]+@)?[A-Za-z0-9][A-Za-z0-9.-]*:[^:/\\s-][^\\s]*|"
            + "([A-Za-z0-9._-]+@)?[A-Za-z0-9][A-Za-z0-9.-]*:/[^/\\s][^\\s]*");

    private static final Pattern URL = Pattern.compile("(https?|ssh|git|file)://(?<user>[^/@\\s]*@)?[^\\s-][^\\s]*");

    /** A path within a source, without a part that leads out of it. */
    static final Type<String> RELATIVE = Types.scalar(
            "a path within the source such as lib/zlib", new Shape.Text("[^/].*"), s -> relative(s.text()));

    /** git-check-ref-format(1), as far as it keeps a name from being taken for something else. */
    private static final Type<String> REF_NAME = Types.scalar(
            "a branch, a tag or a commit",
            new Shape.Text("[^-\\s~^:?*\\[\\\\][^\\s~^:?*\\[\\\\]*"),
            s -> Optional.of(s.text())
                    .filter(t -> t.matches("[^-\\s~^:?*\\[\\\\\\p{Cntrl}][^\\s~^:?*\\[\\\\\\p{Cntrl}]*")));

    private static final Field<Optional<String>> GIT = Field.optional(
            "git", Types.WORD, "a repository: its URL, or its path on the host; the host's own ssh keys are used");
    private static final Field<Optional<String>> REF = Field.optional(
            "ref",
            REF_NAME,
            "a branch, a tag or a commit, looked for in this order; origin/NAME is the branch NAME. It is read when the"
                    + " program is built: a branch that moves later builds nothing, unless update says so");
    private static final Field<BuildSpec.Submodules> SUBMODULES = Field.withDefault(
            "submodules",
            new SubmodulesType(),
            BuildSpec.Submodules.NONE,
            "whether the submodules, and those within them, are fetched too; or a list of their paths");
    private static final Field<Boolean> UPDATE = Field.withDefault(
            "update",
            Types.BOOL,
            false,
            "whether a branch or tag that has moved is followed; each plan then asks the repository");
    private static final Field<Optional<String>> ARCHIVE = Field.optional(
            "archive",
            Types.WORD,
            "a tar archive: an absolute path on the host, a local file beside the playbook, or an http or https URL");
    private static final Field<Optional<String>> SHA256 =
            Field.optional("sha256", Types.SHA256, "the SHA-256 of the archive, checked before it is unpacked");

    static final Schema<BuildSpec.Source> SCHEMA =
            new Schema<>("a source", List.of(GIT, REF, SUBMODULES, UPDATE, ARCHIVE, SHA256), BuildSourceFields::build);

    private BuildSourceFields() {}

    // Only called for what is used when an error was reported, which keeps it from being used.
    private static BuildSpec.Source build(Values v, Decoding to) {
        if (v.isSet(GIT) == v.isSet(ARCHIVE)) {
            to.error(
                    v.isSet(GIT) ? v.at(ARCHIVE) : v.at(),
                    v.isSet(GIT)
                            ? "\"git\" and \"archive\" exclude each other"
                            : "nothing says where the source comes from",
                    "give git and ref, or archive and sha256");
        } else if (v.isSet(GIT)) {
            refuse(List.of(SHA256), "an archive", v, to);
            require(REF, GIT, v, to);
            checkRepository(v.get(GIT).orElseThrow(), v, to);
        } else {
            refuse(List.of(REF, SUBMODULES, UPDATE), "a repository", v, to);
            require(SHA256, ARCHIVE, v, to);
        }
        Optional<BuildSpec.Source> archive = v.get(ARCHIVE)
                .filter(a -> !v.isSet(GIT))
                .flatMap(a -> FileSource.parse(a, v.at(ARCHIVE), ARCHIVE.name(), to))
                .map(file -> new BuildSpec.Source.Archive(file, v.get(SHA256).orElse("")));
        return archive.orElseGet(() -> new BuildSpec.Source.Git(
                v.get(GIT).orElse(""), v.get(REF).orElse(""), v.get(SUBMODULES), v.get(UPDATE)));
    }

    private static void refuse(List<Field<?>> fields, String what, Values v, Decoding to) {
        for (Field<?> field : fields) {
            if (v.isSet(field)) {
                to.error(
                        v.at(field),
                        "\"" + field.name() + "\" is about " + what + ", and there is none",
                        "leave it out");
            }
        }
    }

    private static void require(Field<?> field, Field<?> because, Values v, Decoding to) {
        if (!v.isSet(field)) {
            to.error(
                    v.at(because),
                    "\"" + because.name() + "\" without \"" + field.name() + "\"",
                    "\"" + field.name() + "\" takes " + field.type().label());
        }
    }

    private static void checkRepository(String url, Values v, Decoding to) {
        var matcher = URL.matcher(url);
        if (url.startsWith("/")) {
            Optional<AbsPath> path = AbsPath.parse(url).filter(p -> url.indexOf('\n') < 0);
            path.ifPresentOrElse(
                    p -> to.uses(p, v.at(GIT)),
                    () -> to.error(
                            v.at(GIT),
                            "\"git\" takes a path without \"..\" and line breaks",
                            "write the path that is meant"));
        } else if (!matcher.matches() && !SCP.matcher(url).matches()) {
            to.error(
                    v.at(GIT),
                    "\"" + url + "\" is no repository",
                    "\"git\" takes an absolute path on the host, or a URL such as https://HOST/PATH, ssh://HOST/PATH or"
                            + " git@HOST:PATH");
        } else if (matcher.matches() && matcher.group("user") != null) {
            boolean ssh = url.startsWith("ssh:") && matcher.group("user").indexOf(':') < 0;
            if (!ssh) {
                to.error(
                        v.at(GIT),
                        "a user or password in a URL would be seen by everyone on the host",
                        "git on the host can be given them by a credential helper or ~/.netrc");
            }
        }
    }

    private static Optional<String> relative(String text) {
        Optional<AbsPath> path = text.startsWith("/") || text.isEmpty() ? Optional.empty() : AbsPath.parse("/" + text);
        return path.filter(p -> !p.isRoot() && text.indexOf('\n') < 0)
                .map(p -> p.text().substring(1));
    }

    /** {@code true}, {@code false}, or a list of paths. */
    private static final class SubmodulesType implements Type<BuildSpec.Submodules> {
        private static final Type<List<String>> PATHS = Types.list(RELATIVE);

        @Override
        public String label() {
            return "true, false or a list of paths";
        }

        @Override
        public Shape shape() {
            return new Shape.AnyOf(List.of(Types.BOOL.shape(), PATHS.shape()));
        }

        @Override
        public Optional<BuildSpec.Submodules> decode(Node node, Decoding to) {
            if (node instanceof ListNode) {
                return PATHS.decode(node, to).map(paths -> new BuildSpec.Submodules(!paths.isEmpty(), paths));
            }
            return node instanceof tplctl.text.Scalar
                    ? Types.BOOL.decode(node, to).map(any -> any ? BuildSpec.Submodules.ALL : BuildSpec.Submodules.NONE)
                    : to.mismatch(node, label());
        }
    }
}
