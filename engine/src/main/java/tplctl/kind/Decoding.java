package tplctl.kind;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.text.Node;
import tplctl.text.Scalar;

/**
 * One resource being decoded: collects its errors, and the references and paths that will be its edges. Not thread-safe.
 */
public final class Decoding {
    /** A path that a resource provides or stands on, and where it was written. */
    public record PathUse(AbsPath path, Position at) {}

    /**
     * What a resource is or has for itself, as its kind says it, and where it was written.
     *
     * @param extent of what
     * @param instead what another one is given in its place: "another name"
     */
    public record Occupied(String word, Extent extent, Position at, String instead) {}

    /**
     * Something that can be occupied as a whole or in part.
     *
     * @param part which, as an address of a port; empty for all of it
     */
    public record Extent(String whole, String part) {
        /** Whether nobody else may have the other one then. */
        public boolean overlaps(Extent other) {
            return whole.equals(other.whole) && (part.isEmpty() || other.part.isEmpty() || part.equals(other.part));
        }
    }

    /** A local file that a field names, such as {@code source}. Read when asked, not before. */
    public interface Asset {
        String path();

        long size();

        /**
         * One line that differs whenever the content may: made from device, inode, size and times. Empty when that is not known;
         * the content is then read and compared.
         */
        default String stamp() {
            return "";
        }

        Content content();
    }

    /** Finds local files beside the playbook. */
    public interface Assets {
        /** The file at a path relative to the playbook; empty when there is no such regular file or it cannot be read. */
        Optional<Asset> find(String path);

        /** A Jinja template file's text rendered with the resource's variables; errors are reported at {@code at}. */
        Optional<String> render(String path, Position at, Diagnostics errors);
    }

    /**
     * A host of the inventory as another one sees it.
     *
     * @param address what it is reached under; empty when nothing but its name is known
     * @param isLocal whether it is the machine that tplctl itself runs on
     */
    public record Peer(Optional<String> address, boolean isLocal) {}

    private final String host;
    private final Map<String, Peer> peers;
    private final Diagnostics diagnostics;
    private final Assets assets;
    private final String field;
    private final Found found;
    private final Set<Node> unknown;

    /** What the fields told, whichever of them it was. */
    private static final class Found {
        private List<Ref> refs = List.of();
        private List<PathUse> provided = List.of();
        private List<PathUse> used = List.of();
        private List<String> marks = List.of();
        private List<String> follows = List.of();
        private List<Ref> stoodFor = List.of();
        private List<Occupied> occupied = List.of();
        private boolean hostRead;

        // Most resources tell of a path or two, and of nothing else; there may be very many of them.
        private static <T> List<T> plus(List<T> list, T more) {
            if (list.isEmpty()) {
                return List.of(more);
            }
            List<T> all = new ArrayList<>(list);
            all.add(more);
            return all;
        }
    }

    private Decoding(Decoding outer, Map<String, Peer> peers, String field) {
        this.host = outer.host;
        this.peers = peers;
        this.diagnostics = outer.diagnostics;
        this.assets = outer.assets;
        this.field = field;
        this.found = outer.found;
        this.unknown = outer.unknown;
    }

    public Decoding(String host, Diagnostics diagnostics, Assets assets) {
        this(host, diagnostics, assets, Set.of());
    }

    /**
     * A decoding of a tree with values that are not known.
     *
     * @param unknown nodes whose value an error that was reported before leaves open, by identity: nothing is said of them, and
     *     what contains one has no value either
     */
    public Decoding(String host, Diagnostics diagnostics, Assets assets, Set<Node> unknown) {
        this.host = host;
        this.peers = Map.of();
        this.diagnostics = diagnostics;
        this.assets = assets;
        this.field = "";
        this.found = new Found();
        this.unknown = unknown;
    }

    /** The same decoding, in the field of that name. */
    Decoding within(String fieldName) {
        return new Decoding(this, peers, fieldName);
    }

    /** The same decoding in a playbook with these hosts. */
    public Decoding among(Map<String, Peer> hosts) {
        return new Decoding(this, hosts, field);
    }

    /** The hosts of the inventory by name; empty when no inventory is known. */
    public Map<String, Peer> peers() {
        return peers;
    }

    /** Whether the node's value is not known, because of an error that was reported before. */
    boolean isUnknown(Node node) {
        return !unknown.isEmpty() && unknown.contains(node);
    }

    /** The field being decoded, for messages. */
    public String field() {
        return field;
    }

    public String host() {
        found.hostRead = true;
        return host;
    }

    /** Whether anything that was decoded so far would be another thing on another host. */
    public boolean dependsOnHost() {
        return found.hostRead;
    }

    public Assets assets() {
        return assets;
    }

    public Diagnostics diagnostics() {
        return diagnostics;
    }

    public void error(Position at, String summary, String detail) {
        diagnostics.error(at, summary, detail);
    }

    public void warn(Position at, String summary, String detail) {
        diagnostics.warn(at, summary, detail);
    }

    /** Reports that the field being decoded takes something else than what was written; gives the empty answer. */
    public <T> Optional<T> mismatch(Node node, String label) {
        String what = field.isEmpty() ? "this" : "\"" + field + "\"";
        diagnostics.error(node.at(), what + " takes " + label + ", not " + node.label(), "");
        return Optional.empty();
    }

    /** Whether a text has a NUL character, which no command can be given; an error then says so. */
    boolean refusesNul(Scalar scalar) {
        if (scalar.text().indexOf('\0') < 0) {
            return false;
        }
        error(scalar.at(), "\"" + field + "\" has a NUL character in it", "no command can be given one");
        return true;
    }

    public int errorCount() {
        return diagnostics.errorCount();
    }

    /** The resource refers to another one of its host. */
    public Ref refer(String kind, String name, Position at) {
        Ref ref = new Ref(host(), kind, name, at);
        found.refs = Found.plus(found.refs, ref);
        return ref;
    }

    /** The resource refers to one of another host. */
    public void refer(Ref ref) {
        found.refs = Found.plus(found.refs, ref);
    }

    /** The resource makes what is at that path; no other resource of the host may. It also stands on what is above it. */
    public void provides(AbsPath path, Position at) {
        found.provided = Found.plus(found.provided, new PathUse(path, at));
    }

    /** The resource needs what lies at or above that path. */
    public void uses(AbsPath path, Position at) {
        found.used = Found.plus(found.used, new PathUse(path, at));
    }

    /** The resource is what others {@link #follows} under that word; the word is the kinds' own agreement. */
    public void marks(String word) {
        found.marks = Found.plus(found.marks, word);
    }

    /** The resource comes after all of its host that {@link #marks} that word, unless a {@code needs} says the reverse. */
    public void follows(String word) {
        found.follows = Found.plus(found.follows, word);
    }

    /**
     * The resource refers to one that it takes the place of: where this one is, that one's thing is found. No two may stand for the
     * same, nor one for several; what a host remembers of this one is no orphan while that one is declared.
     */
    public void standsFor(Ref ref) {
        found.refs = Found.plus(found.refs, ref);
        found.stoodFor = Found.plus(found.stoodFor, ref);
    }

    /** The resource is what that word says, such as {@code the VM web}; no other of its host may be the same. */
    public void occupies(String word, Position at) {
        occupies(word, new Extent(word, ""), at, "another name");
    }

    /** The resource has for itself what that word says, such as {@code the port 127.0.0.1:7000}. */
    public void occupies(String word, Extent extent, Position at, String instead) {
        found.occupied = Found.plus(found.occupied, new Occupied(word, extent, at, instead));
    }

    public List<Ref> stoodFor() {
        return List.copyOf(found.stoodFor);
    }

    public List<Occupied> occupied() {
        return List.copyOf(found.occupied);
    }

    public List<Ref> refs() {
        return List.copyOf(found.refs);
    }

    public List<PathUse> provided() {
        return List.copyOf(found.provided);
    }

    public List<PathUse> used() {
        return List.copyOf(found.used);
    }

    public List<String> marked() {
        return List.copyOf(found.marks);
    }

    public List<String> followed() {
        return List.copyOf(found.follows);
    }
}
