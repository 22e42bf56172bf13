package tplctl.engine;

import java.util.IdentityHashMap;
import tplctl.host.Host;

/** A connection of which a listener is told every script, in either view. */
public final class TracedLink implements Connections.Link {
    private final Connections.Link link;
    private final RunListener listener;
    private final IdentityHashMap<Host, Host> traced = new IdentityHashMap<>();

    public TracedLink(Connections.Link link, RunListener listener) {
        this.link = link;
        this.listener = listener;
    }

    @Override
    public synchronized Host view(boolean become) {
        return traced.computeIfAbsent(link.view(become), host -> new TracedHost(host, listener));
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
