package tplctl.cli;

import java.util.List;
import java.util.Map;
import tplctl.inventory.Inventory;

/** The inventory that {@code -i} names. */
final class Inventories {
    private Inventories() {}

    static Inventory of(List<String> options) {
        Inventory inventory = Inventory.implicit();
        for (String option : options) {
            if (!option.contains(",")) {
                throw new UsageException("-i " + option
                        + ": inventory files cannot be read yet; name the hosts, \"-i o41,o40,\", or write them into the play's"
                        + " \"hosts\"");
            }
            for (String name : option.split(",")) {
                if (!name.isBlank()) {
                    inventory = inventory.with(name.strip(), Map.of());
                }
            }
        }
        return inventory;
    }
}
