package tplctl.kinds;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.diag.Diagnostics;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.Decoding;
import tplctl.kind.Kind;
import tplctl.kind.Links;
import tplctl.kind.Probe;
import tplctl.kind.ProbeOutput;
import tplctl.kind.ResourceId;
import tplctl.kind.Sh;
import tplctl.kind.Subject;
import tplctl.text.MapNode;
import tplctl.text.YamlReader;

/** A kind with a spec decoded for it, so that tests can ask it without knowing its types. */
record Trial<S, O>(Kind<S, O> kind, Subject self, S spec, Decoding decoding) {
    static final String OWNER = "site";

    static <S, O> Optional<Trial<S, O>> decode(
            Kind<S, O> kind, String name, MapNode spec, Decoding.Assets assets, Links links, Diagnostics errors) {
        Decoding decoding = new Decoding("h1", errors, assets);
        Subject self = new Subject(new ResourceId("h1", kind.name(), name), OWNER);
        Optional<S> decoded = kind.schema().decode(name, spec, List.of(), decoding);
        return decoded.map(s -> kind.link(self, s, links, decoding))
                .filter(s -> errors.errorCount() == 0)
                .map(s -> new Trial<>(kind, self, s, decoding));
    }

    /** A spec that must decode. */
    static Trial<?, ?> of(String kind, String name, String yaml, Decoding.Assets assets, Links links) {
        Diagnostics errors = new Diagnostics();
        MapNode spec = (MapNode) YamlReader.read("spec", yaml, errors)
                .orElseThrow(() -> new AssertionError(errors.sorted().toString()));
        Kind<?, ?> named = Optional.ofNullable(Kinds.named().get(kind)).orElseThrow();
        return decode(named, name, spec, assets, links, errors)
                .orElseThrow(() -> new AssertionError(errors.sorted().toString()));
    }

    static Trial<?, ?> of(String kind, String name, String yaml) {
        return of(kind, name, yaml, new MemoryAssets(Map.of()), new FixedLinks(Map.of()));
    }

    /** The same of another host. */
    Trial<S, O> on(String host) {
        ResourceId id = new ResourceId(host, self.id().kind(), self.name());
        return new Trial<>(kind, new Subject(id, self.owner(), self.timeout()), spec, decoding);
    }

    Probe<O> probe() {
        return kind.probe(self, spec);
    }

    Sh probeScript() {
        return probe().script();
    }

    O parse(ProbeOutput out) {
        return probe().parse().apply(out);
    }

    List<Change> changes(ProbeOutput out) {
        return kind.changes(self, spec, parse(out));
    }

    List<Claim> claims(ProbeOutput out) {
        return kind.claims(self, spec, parse(out), changes(out));
    }

    Optional<Map<String, String>> trace(ProbeOutput out) {
        return kind.trace(self, spec, parse(out));
    }
}
