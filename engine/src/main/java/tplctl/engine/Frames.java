package tplctl.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;

/**
 * Many probes in one script. Each runs in a subshell of its own between two marks on both streams; the marks carry a nonce, so that
 * nothing a probe prints can be read as another's answer.
 */
final class Frames {
    private static final String BEGIN = "begin ";
    private static final String END = "end ";

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

    /** All probes, as text for the shell; holds secrets. */
    String script() {
        StringBuilder text = new StringBuilder(fragments.size() * 600);
        Sh.of("tplctl_mark() { printf '\\n%s %s\\n' {} \"$1\"; printf '\\n%s %s\\n' {} \"$1\" >&2; }", nonce, nonce)
                .appendTo(text);
        for (int i = 0; i < fragments.size(); i++) {
            text.append("\ntplctl_mark '").append(BEGIN).append(i).append("'\n(\n");
            fragments.get(i).appendTo(text);
            text.append("\n)\ntplctl_mark \"").append(END).append(i).append(" $?\"");
        }
        return text.toString();
    }

    /** A probe's answer; empty when the script did not get to its end. */
    Optional<ProbeOutput> answer(int number, String stdout, String stderr) {
        return answers(stdout, stderr).of(number);
    }

    /** All answers, for one walk through the streams, however many probes there were. */
    Answers answers(String stdout, String stderr) {
        return new Answers(pieces(stdout), pieces(stderr));
    }

    /** What both streams hold of each probe. */
    record Answers(Map<Integer, Piece> out, Map<Integer, Piece> err) {
        Optional<ProbeOutput> of(int number) {
            // A host keeps only the last of a long stderr: the marks of the first probes may be gone, their answers
            // are not.
            return Optional.ofNullable(out.get(number))
                    .map(o -> new ProbeOutput(
                            o.exit(),
                            o.text(),
                            Optional.ofNullable(err.get(number))
                                    .map(Piece::text)
                                    .orElse("")));
        }
    }

    private record Piece(String text, int exit) {}

    private Map<Integer, Piece> pieces(String stream) {
        Map<Integer, Piece> pieces = new HashMap<>(fragments.size() * 4 / 3 + 1);
        String mark = "\n" + nonce + " ";
        int open = -1;
        int start = 0;
        int at = stream.indexOf(mark);
        while (at >= 0) {
            int end = stream.indexOf('\n', at + mark.length());
            if (end < 0) {
                return pieces;
            }
            int word = at + mark.length();
            if (stream.startsWith(BEGIN, word)) {
                open = Integer.parseInt(stream, word + BEGIN.length(), end, 10);
                start = end + 1;
            } else {
                int number = word + END.length();
                int exit = stream.indexOf(' ', number);
                if (open == Integer.parseInt(stream, number, exit, 10)) {
                    // The line break before the mark of the end may be the one behind the mark of the beginning.
                    String text = at < start ? "" : stream.substring(start, at);
                    pieces.put(open, new Piece(text, Integer.parseInt(stream, exit + 1, end, 10)));
                }
            }
            at = stream.indexOf(mark, end);
        }
        return pieces;
    }
}
