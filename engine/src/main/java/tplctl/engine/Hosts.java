package tplctl.engine;

import tplctl.host.Host;

/** Finds the connection to a host; the same one each time. May be called from any thread. */
@FunctionalInterface
public interface Hosts {
    /**
     * The connection to a host of the inventory, with the login user's rights or with those that it becomes another user for.
     *
     * @throws tplctl.host.HostUnreachableException when there is none to be had; each time, without another attempt
     */
    Host get(String name, boolean become);

    /**
     * The view for what concerns the host as a whole: its lock, its records of what was made there, its status and facts. These lie
     * where only one user may write, so one view does for all of them, whatever a single resource becomes.
     */
    default Host own(String name) {
        return get(name, false);
    }
}
