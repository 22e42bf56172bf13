package tplctl.host;

import com.jcraft.jsch.ChannelDirectStreamLocal;
import com.jcraft.jsch.ChannelExec;
import com.jcraft.jsch.JSchException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A host at the other end of one SSH connection. */
final class SshTransport implements Transport {
    private final String host;
    private final SshLink link;
    private final Consumer<SshLink> forget;
    private final SshSockets sockets;
    private final AtomicInteger running = new AtomicInteger();

    SshTransport(String host, SshLink link, Consumer<SshLink> forget) {
        this.host = host;
        this.link = link;
        this.forget = forget;
        this.sockets = new SshSockets(this);
    }

    @Override
    public String host() {
        return host;
    }

    /** The login user's name. */
    String user() {
        return link.target().user();
    }

    @Override
    public Running start(String command) {
        try {
            ChannelExec channel = link.open(ChannelExec.class, "exec");
            channel.setCommand(command.getBytes(StandardCharsets.UTF_8));
            Inbox out = new Inbox(link::loss);
            Inbox err = new Inbox(link::loss);
            channel.setOutputStream(out);
            channel.setErrStream(err);
            OutputStream in = new ChannelOut(channel, channel.getOutputStream());
            link.connect(channel);
            running.incrementAndGet();
            return new SshCommand(channel, in, out, err, running::decrementAndGet);
        } catch (SshLink.RefusedException e) {
            if (running.get() > 0) {
                throw new BusyException(host + ": it takes no command besides the " + running
                        + " that run; sshd_config's MaxSessions is the limit");
            }
            throw new HostUnreachableException(
                    host, "it takes no commands; MaxSessions in its sshd_config should be 1 or more", e);
        } catch (IOException | JSchException e) {
            throw lost(e);
        }
    }

    @Override
    public Duplex openUnix(String socketPath, Duration patience) {
        return sockets.open(socketPath, patience);
    }

    /** One attempt to connect to a Unix socket; an SshLink.RefusedException when the host could not or would not. */
    Duplex openOnce(String socketPath) throws SshLink.RefusedException {
        try {
            ChannelDirectStreamLocal channel =
                    link.open(ChannelDirectStreamLocal.class, "direct-streamlocal@openssh.com");
            channel.setSocketPath(socketPath);
            Inbox inbox = new Inbox(link::loss);
            channel.setOutputStream(inbox);
            OutputStream out = new ChannelOut(channel, channel.getOutputStream());
            link.connect(channel);
            return new StreamPair(inbox.stream(), out, channel::disconnect);
        } catch (SshLink.RefusedException e) {
            throw e;
        } catch (IOException | JSchException e) {
            throw lost(e);
        }
    }

    @Override
    public Duplex openTcp(String address, int port, Duration limit) {
        String attempted = TcpPorts.attempted(address, port);
        try {
            Wire wire = Wire.through(link, address, port);
            return new StreamPair(wire.getInputStream(), wire.getOutputStream(), wire::close);
        } catch (SshLink.RefusedException e) {
            throw TcpPorts.refused(host, attempted, e);
        } catch (IOException | JSchException e) {
            throw lost(e);
        }
    }

    @Override
    public boolean connected() {
        return link.connected();
    }

    @Override
    public String ending() {
        return link.ending();
    }

    @Override
    public void close() {
        forget.accept(link);
        link.close();
    }

    private HostUnreachableException lost(Exception e) {
        return new HostUnreachableException(host, link.connected() ? String.valueOf(e.getMessage()) : ending(), e);
    }
}
