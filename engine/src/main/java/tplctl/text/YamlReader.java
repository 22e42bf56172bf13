package tplctl.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;

/**
 * Reads one YAML 1.2 document into a {@link Node} tree. Whatever is wrong with the text becomes a diagnostic, never an
 * exception; a syntax error ends the reading, everything else is collected on the way.
 *
 * <p>A deliberate subset: keys are scalars and unique, tags are refused, aliases and {@code <<} are followed within
 * bounds, nesting ends at {@value TreeBuilder#MAX_DEPTH}. Works on the parser's events, which come from a loop, so that
 * no text can exhaust the stack.
 */
public final class YamlReader {
    /** Above any inventory; below what would make the heap the limit. */
    static final int MAX_CODE_POINTS = 32 << 20;

    private static final int MAX_REPAIRS = 50;

    private YamlReader() {}

    /**
     * The document's tree; empty when there is none to be had. A tree that comes with errors is fit for finding more of
     * them, not for use.
     */
    public static Optional<Node> read(String fileName, String content, Diagnostics diagnostics) {
        int before = diagnostics.errorCount();
        Optional<Node> root = readPossiblyEmpty(fileName, content, diagnostics);
        if (root.isEmpty() && diagnostics.errorCount() == before) {
            diagnostics.error(new Position(fileName, 1, 1), "the file is empty; it must hold one YAML document");
        }
        return root;
    }

    /** As {@link #read(String, String, Diagnostics)}, but a file with nothing in it is no error. */
    public static Optional<Node> readPossiblyEmpty(String fileName, String content, Diagnostics diagnostics) {
        String text = content.startsWith("\uFEFF") ? content.substring(1) : content;
        if (!isReadable(fileName, text, diagnostics)) {
            return Optional.empty();
        }
        Map<Integer, String> repairs = new HashMap<>();
        while (true) {
            TreeBuilder builder = new TreeBuilder(fileName, repairs, diagnostics);
            OptionalInt unquoted;
            try {
                builder.build(new Parse(settings(fileName, text.length())).parseString(text));
                unquoted = builder.unquotedExpression();
            } catch (MarkedYamlEngineException e) {
                unquoted = Unquoted.nearError(text, e, repairs.keySet());
                if (unquoted.isEmpty()) {
                    new SyntaxErrors(fileName, text).report(e, diagnostics);
                    return Optional.empty();
                }
            } catch (YamlEngineException e) {
                SyntaxErrors.reportUnplaced(fileName, e, diagnostics);
                return Optional.empty();
            }
            if (unquoted.isEmpty()) {
                return builder.root();
            }
            Unquoted found = Unquoted.at(text, unquoted.getAsInt(), builder.flowDepth());
            found.report(fileName, diagnostics);
            if (repairs.size() == MAX_REPAIRS) {
                return Optional.empty();
            }
            repairs.put(found.index(), found.value());
            text = found.quoted();
        }
    }

    /** As {@link #read(String, String, Diagnostics)}, of a file's bytes, which must be UTF-8. */
    public static Optional<Node> read(String fileName, byte[] content, Diagnostics diagnostics) {
        return decode(fileName, content, diagnostics).flatMap(text -> read(fileName, text, diagnostics));
    }

    /** The bytes as UTF-8 text; what is not UTF-8 becomes a diagnostic with its place. */
    public static Optional<String> decode(String fileName, byte[] content, Diagnostics diagnostics) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(content);
        CharBuffer out = CharBuffer.allocate(content.length);
        CoderResult result = decoder.decode(in, out, true);
        String text = out.flip().toString();
        if (result.isError()) {
            diagnostics.error(
                    positionAt(fileName, text, text.length()),
                    String.format("not UTF-8: byte 0x%02x", content[in.position()] & 0xff),
                    "save the file as UTF-8");
            return Optional.empty();
        }
        return Optional.of(text);
    }

    private static LoadSettings settings(String fileName, int length) {
        return LoadSettings.builder()
                .setLabel(fileName)
                .setUseMarks(true)
                .setCodePointLimit(MAX_CODE_POINTS)
                // The reader copies what it holds for each buffer that it adds, so a long scalar costs its length
                // squared.
                .setBufferSize(Math.max(1024, Math.min(length, 1 << 20)))
                .build();
    }

    private static boolean isReadable(String fileName, String text, Diagnostics diagnostics) {
        if (text.length() > MAX_CODE_POINTS) {
            diagnostics.error(
                    new Position(fileName, 1, 1),
                    "the file is too large: " + text.length() + " characters; the limit is " + MAX_CODE_POINTS);
            return false;
        }
        int i = 0;
        while (i < text.length()) {
            int c = text.codePointAt(i);
            if (!isPrintable(c)) {
                diagnostics.error(
                        positionAt(fileName, text, i),
                        String.format("character U+%04X is not allowed in YAML", c),
                        escape(c)
                                .map(e -> "in double quotes it can be written as " + e)
                                .orElse(""));
                return false;
            }
            i += Character.charCount(c);
        }
        return true;
    }

    private static Optional<String> escape(int c) {
        boolean half = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
        return half ? Optional.empty() : Optional.of(String.format(c < 0x100 ? "\\x%02x" : "\\u%04x", c));
    }

    // YAML 1.2.2, production 1, c-printable.
    private static boolean isPrintable(int c) {
        return (c >= 0x20 && c <= 0x7e)
                || c == '\n'
                || c == '\r'
                || c == '\t'
                || c == 0x85
                || (c >= 0xa0 && c <= 0xd7ff)
                || (c >= 0xe000 && c <= 0xfffd)
                || c >= 0x10000;
    }

    static Position positionAt(String fileName, String text, int index) {
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < index; i++) {
            char c = text.charAt(i);
            if (c == '\n' || (c == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n'))) {
                line++;
                lineStart = i + 1;
            }
        }
        return new Position(fileName, line, text.codePointCount(lineStart, index) + 1);
    }
}
