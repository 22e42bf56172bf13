package tplctl.kind;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A POSIX sh script put together from literal shell text and values; the values are quoted here and nowhere else. NUL cannot
 * be in a shell word and is refused.
 */
public record Sh(List<Word> words) {
    private static final Word NEWLINE = new Word.Lit("\n");
    private static final Word NOTHING = new Word.Lit("");
    private static final Word BLANK = new Word.Lit(" ");
    private static final String PLAIN_BESIDES = "_@%+=:,./-";

    public Sh {
        words = List.copyOf(words);
    }

    /**
     * A script from a template in which each {@code {}} stands for the next value, as one shell word: a {@link Word} keeps its
     * sort, an {@link Sh} is inserted as it is, a list gives one word for each of its items, anything else is an argument by its
     * {@code toString}.
     */
    public static Sh of(String template, Object... values) {
        return Template.of(template).with(values);
    }

    /**
     * A template cut at its {@code {}}, to be kept where very many scripts are made from it: they then share its pieces, which are most
     * of what a plan for many hosts would hold.
     */
    public static final class Template {
        private static final Map<String, Template> KNOWN = Collections.synchronizedMap(new HashMap<>());
        private static final int MOST_KNOWN = 500;

        private final String text;
        private final List<Word> pieces = new ArrayList<>();

        private Template(String text) {
            this.text = text;
            int from = 0;
            for (int hole = text.indexOf("{}"); hole >= 0; hole = text.indexOf("{}", from)) {
                add(text.substring(from, hole));
                from = hole + 2;
            }
            add(text.substring(from));
        }

        private void add(String piece) {
            pieces.add(piece.isEmpty() ? NOTHING : new Word.Lit(piece));
        }

        static Template of(String text) {
            Template known = KNOWN.get(text);
            if (known == null) {
                known = new Template(text);
                // Templates are few, but for those that hold names of the user's.
                if (KNOWN.size() < MOST_KNOWN) {
                    KNOWN.put(text, known);
                }
            }
            return known;
        }

        Sh with(Object... values) {
            if (values.length != pieces.size() - 1) {
                String which = values.length < pieces.size() ? "fewer" : "more";
                throw new IllegalArgumentException(which + " values than {} in: " + text);
            }
            List<Word> words = new ArrayList<>(pieces.size() + values.length + 8);
            for (int i = 0; i < values.length; i++) {
                piece(i, words);
                insert(words, values[i]);
            }
            piece(values.length, words);
            return new Sh(words);
        }

        private void piece(int number, List<Word> words) {
            Word piece = pieces.get(number);
            if (piece != NOTHING) {
                words.add(piece);
            }
        }
    }

    /** One command from its argument vector. */
    public static Sh command(List<String> argv) {
        return of("{}", argv);
    }

    /** The scripts one after another, ended by the first that fails when {@code set -e} is in force. */
    public static Sh lines(List<Sh> scripts) {
        return joined(scripts, NEWLINE);
    }

    /** The scripts one after another, those that are empty left out, with a word between each two. */
    public static Sh joined(List<Sh> scripts, Word between) {
        List<Word> words = new ArrayList<>();
        for (Sh script : scripts) {
            if (!words.isEmpty() && !script.words.isEmpty()) {
                words.add(between);
            }
            words.addAll(script.words);
        }
        return new Sh(words);
    }

    /** The same script, of which people see nothing. It may hold secrets. */
    public Sh aside() {
        return new Sh(List.of(new Word.Aside(script())));
    }

    public Sh then(String template, Object... values) {
        return lines(List.of(this, of(template, values)));
    }

    /** The text for the shell; holds secrets. */
    public String script() {
        StringBuilder text = new StringBuilder();
        appendTo(text);
        return text.toString();
    }

    /** Puts the {@link #script} behind a text. */
    public void appendTo(StringBuilder text) {
        for (Word word : words) {
            text.append(exact(word));
        }
    }

    /** The text for people: quoted so that it can be pasted, secrets as {@code ***}, without lines that are empty. */
    public String shown() {
        StringBuilder visible = new StringBuilder();
        words.forEach(word -> visible.append(visible(word)));
        String text = visible.toString();
        return text.contains("\n\n") || text.startsWith("\n") || text.endsWith("\n")
                ? text.lines().filter(line -> !line.isEmpty()).collect(Collectors.joining("\n"))
                : text;
    }

    /** One value quoted for a shell, without quotes where none are needed. */
    public static String quoted(String value) {
        if (isPlain(value)) {
            return value;
        }
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a NUL character cannot be passed to a command");
        }
        return "'" + value.replace("'", "'\\''") + "'";
    }

    // By hand, because every value in every script for every host comes by here.
    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || PLAIN_BESIDES.indexOf(c) >= 0;
            if (!plain) {
                return false;
            }
        }
        return !value.isEmpty();
    }

    private static void insert(List<Word> words, Object value) {
        if (value instanceof Sh sh) {
            words.addAll(sh.words);
        } else if (value instanceof Word word) {
            words.add(word);
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                if (i > 0) {
                    words.add(BLANK);
                }
                insert(words, list.get(i));
            }
        } else {
            words.add(new Word.Arg(value.toString()));
        }
    }

    private static String exact(Word word) {
        if (word instanceof Word.Lit lit) {
            return lit.text();
        }
        if (word instanceof Word.Aside aside) {
            return aside.text();
        }
        if (word instanceof Word.Shown) {
            return "";
        }
        return word instanceof Word.Arg arg ? quoted(arg.text()) : quoted(((Word.Secret) word).text());
    }

    private static String visible(Word word) {
        if (word instanceof Word.Lit lit) {
            return lit.text();
        }
        if (word instanceof Word.Aside) {
            return "";
        }
        if (word instanceof Word.Shown shown) {
            return shown.text();
        }
        return word instanceof Word.Arg arg ? quoted(arg.text()) : "***";
    }

    @Override
    public String toString() {
        return shown();
    }
}
