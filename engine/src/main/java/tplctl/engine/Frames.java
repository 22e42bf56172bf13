package tplctl.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;

/**
 * Many probes in one script. Each runs in a subshell of its own between two marks on both streams; the marks carry a nonce, so that
 * nothing a probe prints can be read as another's answer.
 */
final class Frames {
    private final String nonce;
    private final List<Sh> fragments = new ArrayList<>();

    Frames(String nonce) {
        this.nonce = nonce;
    }

    /** Adds a probe; the number under which its answer is found. */
    int add(Sh fragment) {
        fragments.add(fragment);
        return fragments.size() - 1;
    }

    Sh script() {
        List<Sh> lines = new ArrayList<>();
        lines.add(Sh.of(
                "tplctl_mark() { printf '\\n%s %s\\n' {} \"$1\"; printf '\\n%s %s\\n' {} \"$1\" >&2; }", nonce, nonce));
        for (int i = 0; i < fragments.size(); i++) {
            lines.add(Sh.of(
                    "tplctl_mark 'begin " + i + "'\n(\n{}\n)\ntplctl_mark \"end " + i + " $?\"", fragments.get(i)));
        }
        return Sh.lines(lines);
    }

    /** A probe's answer; empty when the script did not get to its end. */
    Optional<ProbeOutput> answer(int number, String stdout, String stderr) {
        Optional<Piece> out = piece(number, stdout);
        Optional<Piece> err = piece(number, stderr);
        // A host keeps only the last of a long stderr: the marks of the first probes may be gone, their answers are
        // not.
        return out.map(
                o -> new ProbeOutput(o.exit(), o.text(), err.map(Piece::text).orElse("")));
    }

    private record Piece(String text, int exit) {}

    private Optional<Piece> piece(int number, String stream) {
        String begin = "\n" + nonce + " begin " + number + "\n";
        String end = "\n" + nonce + " end " + number + " ";
        int from = stream.indexOf(begin);
        int to = from < 0 ? -1 : stream.indexOf(end, from + begin.length() - 1);
        int stop = to < 0 ? -1 : stream.indexOf('\n', to + end.length());
        if (stop < 0) {
            return Optional.empty();
        }
        String text = to < from + begin.length() ? "" : stream.substring(from + begin.length(), to);
        return Optional.of(new Piece(text, Integer.parseInt(stream.substring(to + end.length(), stop))));
    }
}
