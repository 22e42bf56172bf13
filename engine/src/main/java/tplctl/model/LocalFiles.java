package tplctl.model;

import java.util.Optional;
import tplctl.kind.Decoding;

/** The files beside the playbook, as the shell around this package reads them. */
public interface LocalFiles {
    /** The regular file at a path relative to the playbook, or absolute; empty when there is none that can be read. */
    Optional<Decoding.Asset> find(String path);

    /** The directory that paths are relative to, absolute; empty when there is none. */
    default String base() {
        return "";
    }
}
