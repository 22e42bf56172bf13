package tplctl.engine;

import tplctl.host.Host;

/** A connection of which a listener is told every script, in either view. */
public final class TracedLink implements Connections.Link {
    private final Connections.Link link;
    private final Host plain;
    private final Host become;

    public TracedLink(Connections.Link link, RunListener listener) {
        this.link = link;
        Host one = link.view(false);
        Host other = link.view(true);
        this.plain = new TracedHost(one, listener);
        this.become = other == one ? plain : new TracedHost(other, listener);
    }

    @Override
    public Host view(boolean becoming) {
        return becoming ? become : plain;
    }

    @Override
    public void interrupt() {
        link.interrupt();
    }

    @Override
    public void close() {
        link.close();
    }
}
