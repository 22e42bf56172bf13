package tplctl.kinds;

import java.util.Optional;
import tplctl.diag.Position;
import tplctl.kind.Decoding;

/** A file beside the playbook whose content is sent to the host. */
final class LocalSource {
    /** A step carries the content in memory. */
    private static final long MOST = 256L << 20;

    private LocalSource() {}

    /** The file; errors say {@code whenMissing} and {@code whenLarge}. */
    static Optional<Decoding.Asset> find(String path, Position at, Decoding to, String whenMissing, String whenLarge) {
        Optional<Decoding.Asset> asset = to.assets().find(path);
        if (asset.isEmpty()) {
            to.error(at, "no readable file \"" + path + "\"", whenMissing);
        } else if (asset.get().size() > MOST) {
            to.error(
                    at,
                    "\"" + path + "\" is too large to be sent: " + asset.get().size() + " bytes, the limit is " + MOST,
                    whenLarge);
        }
        return asset;
    }
}
