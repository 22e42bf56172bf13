package tplctl.inventory;

import java.util.LinkedHashMap;
import java.util.Map;

/** Inventories for tests. */
public final class Inventories {
    private Inventories() {}

    /** Hosts without variables, besides localhost. */
    public static Inventory of(String... names) {
        Map<String, Inventory.Host> hosts = new LinkedHashMap<>();
        hosts.put("localhost", new Inventory.Host("localhost", Map.of()));
        for (String name : names) {
            hosts.put(name, new Inventory.Host(name, Map.of()));
        }
        return new Inventory(hosts);
    }
}
