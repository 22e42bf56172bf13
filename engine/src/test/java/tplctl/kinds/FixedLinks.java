package tplctl.kinds;

import java.util.Map;
import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.Links;
import tplctl.kind.Ref;

/** What others of the playbook say of themselves, by {@code KIND.NAME} and by path. */
record FixedLinks(Map<String, Object> exports) implements Links {
    @Override
    public <T> Optional<T> of(Ref ref, Class<T> type) {
        return named(ref.kind() + "." + ref.name(), type);
    }

    @Override
    public <T> Optional<T> providing(AbsPath path, Class<T> type) {
        return named(path.text(), type);
    }

    private <T> Optional<T> named(String key, Class<T> type) {
        return Optional.ofNullable(exports.get(key)).filter(type::isInstance).map(type::cast);
    }
}
