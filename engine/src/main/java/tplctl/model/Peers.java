package tplctl.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tplctl.diag.Diagnostics;
import tplctl.expr.Expressions;
import tplctl.expr.Scope;
import tplctl.inventory.Inventory;
import tplctl.kind.Decoding;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** What an inventory says of how hosts reach each other; made once for each inventory. */
final class Peers {
    private static final String ADDRESS = "ansible_host";

    private @Nullable Inventory from;
    private Map<String, Decoding.Peer> peers = Map.of();

    @SuppressWarnings("ReferenceEquality") // comparing inventories costs more than making this anew
    Map<String, Decoding.Peer> of(Inventory inventory) {
        if (from != inventory) {
            Map<String, Decoding.Peer> made = new LinkedHashMap<>();
            inventory.hosts().forEach((name, host) -> made.put(name, peer(host)));
            peers = made;
            from = inventory;
        }
        return peers;
    }

    private static Decoding.Peer peer(Inventory.Host host) {
        Optional<Node> address = Optional.ofNullable(host.vars().get(ADDRESS))
                .map(node -> Expressions.resolve(node, Scope.of(host.vars()).partial(), new Diagnostics()));
        return new Decoding.Peer(
                address.filter(Scalar.class::isInstance)
                        .map(n -> ((Scalar) n).text())
                        .filter(text -> !text.isEmpty() && !text.contains("{{")),
                host.isLocal());
    }
}
