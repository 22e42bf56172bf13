package tplctl.cli;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** The stream of results, which remembers why a write failed. */
final class ResultStream extends TalkStream {
    private static final int BUFFER = 1 << 14;

    private final Recorder recorder;

    ResultStream(OutputStream to) {
        this(new Recorder(to));
    }

    private ResultStream(Recorder recorder) {
        super(new BufferedOutputStream(recorder, BUFFER), false, new Redactor());
        this.recorder = recorder;
    }

    /**
     * Why not all that was printed arrived. Empty also when its reader has gone, as {@code head} does: it had what it wanted.
     */
    Optional<String> trouble() {
        flush();
        return recorder.trouble.filter(t -> !t.contains("Broken pipe"));
    }

    private static final class Recorder extends FilterOutputStream {
        private Optional<String> trouble = Optional.empty();

        Recorder(OutputStream to) {
            super(to);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                out.write(bytes, from, length);
            } catch (IOException e) {
                trouble = Optional.of(String.valueOf(e.getMessage()));
                throw e;
            }
        }
    }
}
