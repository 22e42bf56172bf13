package tplctl.kinds;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** Serves one file by HTTP on the loopback interface, whole or from an offset on, and does what servers and networks do to downloads. */
final class FileServer implements AutoCloseable {
    private final HttpServer server;
    private final String path;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Queue<Integer> cuts = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> refusals = new ConcurrentLinkedQueue<>();
    private volatile byte[] content;
    private volatile Optional<String> tag = Optional.empty();
    private volatile boolean ranges = true;

    FileServer(String path, byte[] content) throws IOException {
        this.path = path;
        this.content = content.clone();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.start();
    }

    /** Serves this from now on, under that entity tag. */
    FileServer serving(byte[] other, String etag) {
        content = other.clone();
        tag = Optional.of("\"" + etag + "\"");
        return this;
    }

    /** Breaks the next answers off, each behind so many bytes. */
    FileServer cutting(int... behind) {
        for (int bytes : behind) {
            cuts.add(bytes);
        }
        return this;
    }

    /** Answers the next requests with that status. */
    FileServer refusing(int... statuses) {
        for (int status : statuses) {
            refusals.add(status);
        }
        return this;
    }

    /** Gives whole files only from now on, whatever is asked for. */
    FileServer withoutRanges() {
        ranges = false;
        return this;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What was asked for and how it was answered: {@code 206 bytes=5- if "tag"}, or {@code 200}. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] bytes = content;
            Optional<String> range =
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"));
            Optional<String> condition =
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("If-Range"));
            boolean part = ranges && range.isPresent() && (condition.isEmpty() || condition.equals(tag));
            int from = part ? Integer.parseInt(range.get().replaceAll("\\D", "")) : 0;
            tag.ifPresent(t -> exchange.getResponseHeaders().add("ETag", t));
            Integer refusal = refusals.poll();
            int status = refusal != null
                    ? refusal
                    : !exchange.getRequestURI().getPath().equals(path)
                            ? 404
                            : from >= bytes.length ? 416 : part ? 206 : 200;
            requests.add(status
                    + range.map(r -> " " + r).orElse("")
                    + condition.map(c -> " if " + c).orElse(""));
            if (status >= 400) {
                exchange.sendResponseHeaders(status, -1);
                return;
            }
            if (part) {
                exchange.getResponseHeaders()
                        .add("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
            }
            exchange.sendResponseHeaders(status, bytes.length - from);
            Integer cut = cuts.poll();
            // Closed before all of it was written, the connection breaks.
            exchange.getResponseBody().write(bytes, from, cut == null ? bytes.length - from : cut);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
