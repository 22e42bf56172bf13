package tplctl.kinds;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Serves one file by HTTP on the loopback interface, whole or from an offset on. */
final class FileServer implements AutoCloseable {
    private final HttpServer server;
    private final String path;
    private final byte[] content;
    private final List<String> ranges = new CopyOnWriteArrayList<>();

    FileServer(String path, byte[] content) throws IOException {
        this.path = path;
        this.content = content.clone();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The ranges that were asked for, and could be given. */
    List<String> ranges() {
        return List.copyOf(ranges);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Optional<String> range =
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"));
            int from = range.map(r -> Integer.parseInt(r.replaceAll("\\D", ""))).orElse(0);
            if (!exchange.getRequestURI().getPath().equals(path)) {
                exchange.sendResponseHeaders(404, -1);
            } else if (from >= content.length) {
                exchange.sendResponseHeaders(416, -1);
            } else {
                range.ifPresent(ranges::add);
                range.ifPresent(r -> exchange.getResponseHeaders()
                        .add("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length));
                exchange.sendResponseHeaders(range.isPresent() ? 206 : 200, content.length - from);
                exchange.getResponseBody().write(content, from, content.length - from);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
