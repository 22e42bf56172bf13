package tplctl.inventory;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tplctl.text.Scalar;

/** Inventories of files in memory. */
abstract class InventoryCase {
    final MemoryFiles files = new MemoryFiles();

    static String vars(Inventory inventory, String host) {
        Map<String, String> shown = new TreeMap<>();
        Optional.ofNullable(inventory.hosts().get(host))
                .orElseThrow()
                .vars()
                .forEach((k, v) -> shown.put(k, v instanceof Scalar s ? s.text() + (s.plain() ? "" : "'") : v.label()));
        return shown.toString();
    }
}
