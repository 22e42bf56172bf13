package tplctl.kinds;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.kind.Content;
import tplctl.kind.Decoding;

/** Local files by name. A template is rendered by putting {@code {who}} where it says {@code world}. */
record MemoryAssets(Map<String, MemoryAssets.File> files) implements Decoding.Assets {
    /** A file whose content counts how often it was read. */
    static final class File implements Decoding.Asset {
        private final String path;
        private final byte[] bytes;
        private final String stamp;
        private int reads;

        File(String path, byte[] bytes, String stamp) {
            this.path = path;
            this.bytes = bytes.clone();
            this.stamp = stamp;
        }

        static File of(String path, String text) {
            return new File(path, text.getBytes(StandardCharsets.UTF_8), "");
        }

        int reads() {
            return reads;
        }

        @Override
        public String path() {
            return path;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public String stamp() {
            return stamp;
        }

        @Override
        public Content content() {
            reads++;
            return Content.of(bytes);
        }
    }

    @Override
    public Optional<Decoding.Asset> find(String path) {
        return Optional.ofNullable(files.get(path));
    }

    @Override
    public Optional<String> render(String path, Position at, Diagnostics errors) {
        Optional<File> file = Optional.ofNullable(files.get(path));
        if (file.isEmpty()) {
            errors.error(at, "no readable file \"" + path + "\"");
        }
        return file.map(f -> new String(f.content().bytes(), StandardCharsets.UTF_8).replace("{who}", "world"));
    }
}
