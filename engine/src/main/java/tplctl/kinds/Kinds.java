package tplctl.kinds;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tplctl.kind.Kind;

/** Every kind there is, in the order in which documentation lists them. */
public final class Kinds {
    public static final List<Kind<?, ?>> ALL = List.of(
            new Packages(),
            new Builds(),
            new HugePages(),
            new Directories(),
            new Files(),
            new Mounts(),
            new Commands(),
            new Images(),
            new Templates(),
            new Vms(),
            new Migrations());

    private static final Map<String, Kind<?, ?>> BY_NAME = byName();

    private Kinds() {}

    /** The kinds by their section's name. */
    public static Map<String, Kind<?, ?>> named() {
        return BY_NAME;
    }

    private static Map<String, Kind<?, ?>> byName() {
        Map<String, Kind<?, ?>> named = new LinkedHashMap<>();
        for (Kind<?, ?> kind : ALL) {
            if (named.put(kind.name(), kind) != null) {
                throw new IllegalStateException("two kinds are named " + kind.name());
            }
        }
        return named;
    }
}
