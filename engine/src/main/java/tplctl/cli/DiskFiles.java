package tplctl.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.Content;
import tplctl.kind.Decoding;
import tplctl.model.LocalFiles;

/** The files of this machine, relative to the playbook's directory. */
record DiskFiles(Path directory) implements LocalFiles {
    static DiskFiles beside(String playbook) {
        return new DiskFiles(Path.of(playbook).toAbsolutePath().resolve("..").normalize());
    }

    @Override
    public String base() {
        return directory.toString();
    }

    @Override
    public Optional<Decoding.Asset> find(String path) {
        Path file = directory.resolve(path).normalize();
        try {
            return Files.isRegularFile(file) && Files.isReadable(file)
                    ? Optional.of(new DiskFile(file, Files.size(file)))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private record DiskFile(Path file, long size) implements Decoding.Asset {
        @Override
        public String path() {
            return file.toString();
        }

        // Java has no other way to the change time and the inode than the attributes that it names "unix".
        @Override
        public String stamp() {
            try {
                Map<String, Object> of = Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime");
                return of.get("dev") + ":" + of.get("ino") + ":" + of.get("size") + ":" + of.get("lastModifiedTime")
                        + ":" + of.get("ctime");
            } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
                return "";
            }
        }

        @Override
        public Content content() {
            try {
                return Content.of(Files.readAllBytes(file));
            } catch (IOException e) {
                throw new InputFileException(file.toString(), "cannot be read: " + e.getMessage());
            }
        }
    }
}
