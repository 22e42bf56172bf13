package tplctl.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tplctl.kind.Field;
import tplctl.kind.Ref;
import tplctl.kind.Schema;
import tplctl.kind.Types;
import tplctl.kind.Values;

/**
 * The keys that every resource takes.
 *
 * @param retries how often a failed step is tried again
 * @param protect never replaced or removed without {@code --force}
 */
public record Common(
        List<Ref> needs,
        Set<String> tags,
        Optional<Boolean> become,
        Optional<Duration> timeout,
        int retries,
        boolean protect) {
    /** The key that decides whether a resource is managed at all; it is read before the others. */
    public static final String WHEN = "when";

    /** The key that makes many of one entry, where the kind allows it. */
    public static final String COUNT = "count";

    static final String NEEDS_KEY = "needs";

    private static final Field<List<Ref>> NEEDS = Field.withDefault(
            NEEDS_KEY,
            Types.list(new NeedType(), true),
            List.of(),
            "resources that come first: KIND.NAME, or HOST:KIND.NAME of another host");
    private static final Field<List<String>> TAGS = Field.withDefault(
            "tags", Types.list(Types.WORD, true), List.of(), "words that -t and --skip-tags select by");
    private static final Field<Optional<Boolean>> BECOME =
            Field.optional("become", Types.BOOL, "whether its steps run as root through sudo");
    private static final Field<Optional<Duration>> TIMEOUT =
            Field.optional("timeout", Types.DURATION, "the longest that one of its steps may take");
    private static final Field<Integer> RETRIES =
            Field.withDefault("retries", Types.integer(0, 100), 0, "how often a failed step is tried again");
    private static final Field<Boolean> PROTECT =
            Field.withDefault("protect", Types.BOOL, false, "never replaced or removed without --force");

    public static final Schema<Common> SCHEMA =
            new Schema<>("a resource", List.of(NEEDS, TAGS, BECOME, TIMEOUT, RETRIES, PROTECT), (v, to) -> of(v));

    /** Where none of the keys is written. */
    static final Common NONE = new Common(List.of(), Set.of(), Optional.empty(), Optional.empty(), 0, false);

    private static Common of(Values v) {
        return new Common(
                v.get(NEEDS), Set.copyOf(v.get(TAGS)), v.get(BECOME), v.get(TIMEOUT), v.get(RETRIES), v.get(PROTECT));
    }

    /** The same with what it needs on that host. */
    Common on(String host) {
        if (needs.isEmpty()) {
            return this;
        }
        List<Ref> there = new ArrayList<>(needs.size());
        for (Ref ref : needs) {
            there.add(new Ref(host, ref.kind(), ref.name(), ref.at()));
        }
        return new Common(List.copyOf(there), tags, become, timeout, retries, protect);
    }

    /** Adds the play's tags, and what holds for {@code become} where the resource says nothing. */
    Common in(Set<String> playTags, boolean becomeOtherwise) {
        Set<String> all = tags;
        if (!playTags.isEmpty()) {
            all = new TreeSet<>(tags);
            all.addAll(playTags);
        }
        return new Common(
                needs,
                Set.copyOf(all),
                become.or(() -> becomeOtherwise ? Optional.of(true) : Optional.empty()),
                timeout,
                retries,
                protect);
    }
}
