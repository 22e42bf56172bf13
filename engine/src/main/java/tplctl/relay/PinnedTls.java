package tplctl.relay;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * TLS 1.3 (RFC 8446) between two ends that know each other's certificate. Exactly that certificate is accepted, in both
 * directions; that its owner has the key is proved by the handshake. Nothing in it is looked at besides, not even the dates:
 * the clocks of two hosts need not agree.
 */
public final class PinnedTls {
    private static final String PROTOCOL = "TLSv1.3";

    /** The shorter key first: it is the faster one, and no weaker for what lasts minutes. */
    private static final String[] SUITES = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"};

    private static final String ALIAS = "relay";

    // One context for each pair of ends: a session of another pair must not be resumed here, since whoever resumes one
    // shows no certificate.
    private final SSLContext context;

    public PinnedTls(Identity own, X509Certificate peer) {
        try {
            context = SSLContext.getInstance(PROTOCOL);
            context.init(new KeyManager[] {new OwnKey(own)}, new TrustManager[] {new Pin(peer)}, new SecureRandom());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS 1.3", e);
        }
    }

    /**
     * Connects to the peer's {@link PeerListener} and names the channel.
     *
     * @param limit of connecting, and again of the handshake
     * @throws RelayException when there is nobody, or somebody else
     */
    public PeerConnection connect(InetSocketAddress address, String channel, Duration limit, Job job)
            throws RelayException {
        String attempted = "connect to " + address.getHostString() + " port " + address.getPort();
        try {
            if (address.isUnresolved()) {
                throw new RelayException(RelayException.Code.PEER, attempted + ": the name is unknown on this host");
            }
            SocketChannel raw = SocketChannel.open();
            job.onCancel(raw);
            boolean done = false;
            try {
                Socket socket = raw.socket();
                socket.connect(address, Math.toIntExact(limit.toMillis()));
                PeerConnection connection = handshake(raw, limit);
                connection.name(channel);
                done = true;
                return connection;
            } finally {
                if (!done) {
                    raw.close();
                }
            }
        } catch (SocketTimeoutException e) {
            throw new RelayException(
                    RelayException.Code.PEER, attempted + ": no answer within " + limit.toSeconds() + " s", e);
        } catch (SSLHandshakeException e) {
            throw new RelayException(
                    RelayException.Code.PEER, attempted + ": it is not the expected relay: " + e.getMessage(), e);
        } catch (RelayException e) {
            throw e;
        } catch (IOException e) {
            throw new RelayException(RelayException.Code.PEER, attempted + ": " + e.getMessage(), e);
        }
    }

    private PeerConnection handshake(SocketChannel raw, Duration limit) throws IOException {
        CountingSocket socket = new CountingSocket(raw.socket(), 0);
        InetSocketAddress peer = (InetSocketAddress) raw.getRemoteAddress();
        SSLSocket tls =
                (SSLSocket) context.getSocketFactory().createSocket(socket, peer.getHostString(), peer.getPort(), true);
        tls.setUseClientMode(true);
        SSLParameters parameters = parameters();
        parameters.setServerNames(List.of());
        tls.setSSLParameters(parameters);
        return finish(raw, socket, tls, limit);
    }

    /** The listening side, on a connection from which some bytes have been read. */
    PeerConnection accept(SocketChannel raw, byte[] consumed, Duration limit) throws IOException {
        CountingSocket socket = new CountingSocket(raw.socket(), consumed.length);
        SSLSocket tls =
                (SSLSocket) context.getSocketFactory().createSocket(socket, new ByteArrayInputStream(consumed), true);
        tls.setUseClientMode(false);
        SSLParameters parameters = parameters();
        parameters.setNeedClientAuth(true);
        tls.setSSLParameters(parameters);
        return finish(raw, socket, tls, limit);
    }

    private static PeerConnection finish(SocketChannel raw, CountingSocket socket, SSLSocket tls, Duration limit)
            throws IOException {
        tls.setTcpNoDelay(true);
        tls.setKeepAlive(true);
        tls.setSoTimeout(Math.toIntExact(limit.toMillis()));
        tls.startHandshake();
        tls.setSoTimeout(0);
        return new PeerConnection(raw, socket, tls);
    }

    private static SSLParameters parameters() {
        SSLParameters parameters = new SSLParameters(SUITES.clone(), new String[] {PROTOCOL});
        parameters.setUseCipherSuitesOrder(true);
        return parameters;
    }

    /** Accepts one certificate. */
    private static final class Pin extends X509ExtendedTrustManager {
        private final X509Certificate pinned;

        Pin(X509Certificate pinned) {
            this.pinned = pinned;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            // Certificates are equal when their encoded bytes are.
            if (chain.length != 1 || !pinned.equals(chain[0])) {
                throw new CertificateException("another certificate than the one that was told");
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** Shows one certificate, whatever is asked for. */
    private static final class OwnKey extends X509ExtendedKeyManager {
        private final Identity own;

        OwnKey(Identity own) {
            this.own = own;
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return ALIAS;
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return ALIAS;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {own.certificate()};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return own.key();
        }
    }
}
