package tplctl.model;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tplctl.diag.Diagnostics;
import tplctl.inventory.Inventory;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;

/**
 * Whom a playbook is about, told before it is decoded, so that its hosts can be connected to meanwhile. What is wrong with it is passed
 * over: decoding reports that.
 *
 * @param inventory with the hosts that plays bring themselves
 * @param hosts every host of a play, in the plays' order
 * @param becoming those where the play, the inventory or {@code -b} says that another user is become
 */
public record Survey(Inventory inventory, List<String> hosts, Set<String> becoming) {
    public Survey {
        hosts = List.copyOf(hosts);
        becoming = Set.copyOf(becoming);
    }

    /** Looks a playbook's tree over. */
    public static Survey of(Node root, Inventory inventory, Map<String, Node> extraVars, boolean become) {
        Diagnostics ignored = new Diagnostics();
        PlayHosts finder = new PlayHosts(inventory, extraVars, ignored);
        Set<String> hosts = new LinkedHashSet<>();
        Set<String> becoming = new LinkedHashSet<>();
        for (Node node : root instanceof ListNode plays ? plays.items() : List.<Node>of()) {
            if (node instanceof MapNode play && play.get("hosts").isPresent()) {
                List<String> selected = finder.of(play);
                hosts.addAll(selected);
                if (Becoming.ofPlay(play, ignored).orElse(false)) {
                    becoming.addAll(selected);
                }
            }
        }
        Inventory complete = finder.inventory();
        for (String name : hosts) {
            Optional.ofNullable(complete.hosts().get(name))
                    .filter(host -> Becoming.of(host, become))
                    .ifPresent(host -> becoming.add(name));
        }
        return new Survey(complete, List.copyOf(hosts), becoming);
    }
}
