package tplctl.cli;

import java.util.Map;
import java.util.Optional;
import tplctl.inventory.Inventory;
import tplctl.text.Node;

/** Where a playbook's facts come from while it is decoded. */
@FunctionalInterface
interface FactSource {
    /** A host's facts; empty when they are not to be had. */
    Optional<Node> of(Inventory.Host host);

    /** The playbook was read, and will be decoded now. */
    default void begin(Node root, Inventory inventory, Map<String, Node> extraVars) {}
}
