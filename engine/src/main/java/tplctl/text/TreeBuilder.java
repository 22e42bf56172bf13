package tplctl.text;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.diag.Suggest;

/** Builds the tree from the parser's events with a stack of its own. For one document; made anew for each. */
final class TreeBuilder {
    static final int MAX_DEPTH = 100;
    static final int MAX_ALIASED_NODES = 100_000;

    private final String fileName;
    private final Map<Integer, String> repairs;
    private final Diagnostics diagnostics;
    private final Deque<Frame> open = new ArrayDeque<>();
    private final Map<String, Optional<Built>> anchors = new HashMap<>();
    private long aliasedNodes;
    private int documents;
    private boolean stopped;
    private int unquoted = -1;
    private @Nullable Node root;

    /** A finished node; size and height count what aliases bring in. */
    record Built(Node node, int size, int height) {}

    /** @param repairs by code point index, the text that a mended scalar stands for */
    TreeBuilder(String fileName, Map<Integer, String> repairs, Diagnostics diagnostics) {
        this.fileName = fileName;
        this.repairs = repairs;
        this.diagnostics = diagnostics;
    }

    void build(Iterable<Event> events) {
        for (Event event : events) {
            accept(event);
            if (stopped) {
                return;
            }
        }
    }

    /** The finished tree; empty for a file with nothing in it and when building was given up. */
    Optional<Node> root() {
        return stopped ? Optional.empty() : Optional.ofNullable(root);
    }

    /** Where building stopped at a value that starts with an unquoted expression, in code points. */
    OptionalInt unquotedExpression() {
        return unquoted < 0 ? OptionalInt.empty() : OptionalInt.of(unquoted);
    }

    /** How many flow collections were open around the place where the events ended. */
    int flowDepth() {
        int depth = 0;
        for (Frame frame : open) {
            if (frame.flow && frame.start.getIndex() != unquoted) {
                depth++;
            }
        }
        return depth;
    }

    private void accept(Event event) {
        switch (event.getEventId()) {
            case DocumentStart -> startDocument(event);
            case Scalar -> scalar((ScalarEvent) event);
            case Alias -> alias((AliasEvent) event);
            case SequenceStart, MappingStart -> start((CollectionStartEvent) event);
            case SequenceEnd, MappingEnd -> end();
            default -> {}
        }
    }

    private void startDocument(Event event) {
        if (++documents > 1) {
            stop(
                    position(mark(event)),
                    "a second document starts here; a file holds one",
                    "remove the \"---\", or split the file");
        }
    }

    private void scalar(ScalarEvent event) {
        Mark mark = mark(event);
        refuseTag(event.getTag(), mark);
        String mended = repairs.get(mark.getIndex());
        if (mended != null) {
            deliver(new Built(new Scalar(mended, false, position(mark), 0), 1, 0), event.getAnchor());
            return;
        }
        if (documents == 1
                && open.isEmpty()
                && event.isPlain()
                && event.getValue().isEmpty()) {
            return;
        }
        deliver(
                new Built(new Scalar(event.getValue(), event.isPlain(), position(mark), inset(event)), 1, 0),
                event.getAnchor());
    }

    private static int inset(ScalarEvent event) {
        String text = event.getValue();
        int written = event.getEndMark().orElseThrow().getIndex() - mark(event).getIndex();
        int quotes = event.isPlain() ? 0 : event.isSQuoted() || event.isDQuoted() ? 1 : -1;
        boolean literal =
                quotes >= 0 && written == text.codePointCount(0, text.length()) + 2 * quotes && text.indexOf('\n') < 0;
        return literal ? quotes : -1;
    }

    private void alias(AliasEvent event) {
        String name = event.getAlias().getValue();
        Position at = position(mark(event));
        Optional<Built> target = anchors.get(name);
        if (target == null) {
            diagnostics.error(
                    at,
                    "unknown alias \"" + name + "\"",
                    Suggest.didYouMean(name, anchors.keySet(), "text that starts with * must be quoted"));
            deliver(new Built(new Scalar("", true, at), 1, 0), Optional.empty());
        } else if (target.isEmpty()) {
            stop(at, "alias \"" + name + "\" refers to the collection that it stands in", "");
        } else {
            Built built = target.get();
            aliasedNodes += built.size();
            if (aliasedNodes > MAX_ALIASED_NODES) {
                stop(
                        at,
                        "aliases expand to more than " + MAX_ALIASED_NODES + " values here",
                        "write the values out, or name them in vars");
            } else if (open.size() + built.height() > MAX_DEPTH) {
                tooDeep(at);
            } else {
                deliver(built, Optional.empty());
            }
        }
    }

    private void start(CollectionStartEvent event) {
        Mark mark = mark(event);
        boolean mapping = event.getEventId() == Event.ID.MappingStart;
        boolean flow = event.getFlowStyle() == FlowStyle.FLOW;
        Frame outer = open.peek();
        if (mapping && flow && outer != null && outer.startsWithBrace(mark)) {
            unquoted = outer.start.getIndex();
            stopped = true;
            return;
        }
        refuseTag(event.getTag(), mark);
        if (open.size() == MAX_DEPTH) {
            tooDeep(position(mark));
            return;
        }
        event.getAnchor().ifPresent(a -> anchors.put(a.getValue(), Optional.empty()));
        open.push(new Frame(mapping, flow, mark, position(mark), event.getAnchor(), diagnostics));
    }

    private void end() {
        Frame frame = open.pop();
        deliver(frame.build(), frame.anchor);
    }

    private void deliver(Built built, Optional<Anchor> anchor) {
        anchor.ifPresent(a -> anchors.put(a.getValue(), Optional.of(built)));
        Frame top = open.peek();
        if (top == null) {
            root = built.node();
        } else {
            top.add(built);
        }
    }

    private void refuseTag(Optional<String> tag, Mark mark) {
        tag.ifPresent(t -> diagnostics.error(
                position(mark), "tag \"" + shortTag(t) + "\" is not supported; tags are refused", tagAdvice(t)));
    }

    private static String shortTag(String tag) {
        String core = "tag:yaml.org,2002:";
        return tag.startsWith(core) ? "!!" + tag.substring(core.length()) : tag;
    }

    private static String tagAdvice(String tag) {
        return switch (tag) {
            case "tag:yaml.org,2002:str" -> "remove it; a quoted value is text";
            case "!vault" ->
                "values encrypted by ansible-vault are not supported: write it decrypted, or give it with -e @FILE, a password"
                        + " with --become-password-file or --connection-password-file";
            default -> "remove it; the field decides the type, and text that starts with ! must be quoted";
        };
    }

    private void tooDeep(Position at) {
        stop(at, "nested deeper than " + MAX_DEPTH + " levels", "");
    }

    private void stop(Position at, String summary, String detail) {
        diagnostics.error(at, summary, detail);
        stopped = true;
    }

    private Position position(Mark mark) {
        return new Position(fileName, mark.getLine() + 1, mark.getColumn() + 1);
    }

    private static Mark mark(Event event) {
        return event.getStartMark().orElseThrow();
    }
}
