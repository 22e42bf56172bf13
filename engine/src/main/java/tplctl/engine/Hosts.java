package tplctl.engine;

import tplctl.host.Host;

/** Finds the connection to a host; the same one each time. */
@FunctionalInterface
public interface Hosts {
    /**
     * The connection to a host of the inventory.
     *
     * @throws tplctl.host.HostUnreachableException when there is none to be had
     */
    Host get(String name);
}
