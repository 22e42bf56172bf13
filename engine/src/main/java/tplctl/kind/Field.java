package tplctl.kind;

import java.util.Optional;

/**
 * A field of a kind.
 *
 * @param required whether leaving it out is an error
 * @param fallback the value when it is left out
 * @param shownDefault the fallback as the documentation shows it; empty when there is none to show
 */
public record Field<T>(
        String name, Type<T> type, boolean required, Optional<T> fallback, String shownDefault, String doc) {
    public static <T> Field<T> required(String name, Type<T> type, String doc) {
        return new Field<>(name, type, true, Optional.empty(), "", doc);
    }

    public static <T> Field<T> withDefault(String name, Type<T> type, T fallback, String doc) {
        return new Field<>(name, type, false, Optional.of(fallback), fallback.toString(), doc);
    }

    /** A field that may be left out and then has no value. */
    public static <T> Field<Optional<T>> optional(String name, Type<T> type, String doc) {
        return new Field<>(name, Types.present(type), false, Optional.of(Optional.empty()), "", doc);
    }
}
