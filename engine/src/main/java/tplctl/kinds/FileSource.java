package tplctl.kinds;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import tplctl.diag.Position;
import tplctl.kind.AbsPath;
import tplctl.kind.Decoding;

/** Where a file comes from that a host is given. */
sealed interface FileSource {
    /** As the user wrote it. */
    String shown();

    /** A file that the host has. */
    record OnHost(AbsPath path) implements FileSource {
        @Override
        public String shown() {
            return path.text();
        }
    }

    /** Something that the host fetches. */
    record Url(String url) implements FileSource {
        @Override
        public String shown() {
            return url;
        }
    }

    /** A file beside the playbook. */
    record Local(Decoding.Asset asset) implements FileSource {
        @Override
        public String shown() {
            return asset.path();
        }
    }

    /** Reads the text of a field; what is above a path on the host is noted as used. */
    static Optional<FileSource> parse(String text, Position at, String field, Decoding to) {
        if (text.indexOf('\n') >= 0) {
            to.error(at, "\"" + field + "\" takes no line break", "choose another name");
            return Optional.empty();
        }
        if (text.startsWith("/")) {
            Optional<AbsPath> path = AbsPath.parse(text);
            path.ifPresentOrElse(
                    p -> to.uses(p, at),
                    () -> to.error(
                            at,
                            "\"" + field + "\" takes an absolute path without \"..\"",
                            "write the path that is meant"));
            return path.map(OnHost::new);
        }
        if (text.contains("://")) {
            return isFetchable(text, at, field, to) ? Optional.of(new Url(text)) : Optional.empty();
        }
        return LocalSource.find(
                        text,
                        at,
                        to,
                        "\"" + field
                                + "\" takes an absolute path on the host, a file beside the playbook, or an http or https URL",
                        "give a URL that the host can fetch it from, or its absolute path when the host has it")
                .map(Local::new);
    }

    private static boolean isFetchable(String url, Position at, String field, Decoding to) {
        try {
            URI uri = new URI(url);
            boolean web = url.startsWith("http://") || url.startsWith("https://");
            if (web && uri.getHost() != null && uri.getRawUserInfo() == null) {
                return true;
            }
            to.error(
                    at,
                    uri.getRawUserInfo() != null
                            ? "a user or password in a URL would be seen by everyone on the host"
                            : "\"" + url + "\" cannot be fetched",
                    "\"" + field + "\" takes a URL of the form http://HOST/PATH or https://HOST/PATH");
        } catch (URISyntaxException e) {
            to.error(at, "\"" + url + "\" is no URL: " + e.getReason(), "other characters are written as %XX");
        }
        return false;
    }
}
