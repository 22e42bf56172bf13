package tplctl.kind;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A POSIX sh script put together from literal shell text and values; the values are quoted here and nowhere else. NUL cannot
 * be in a shell word and is refused.
 */
public record Sh(List<Word> words) {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    public Sh {
        words = List.copyOf(words);
    }

    /**
     * A script from a template in which each {@code {}} stands for the next value, as one shell word: a {@link Word} keeps its
     * sort, an {@link Sh} is inserted as it is, a list gives one word for each of its items, anything else is an argument by its
     * {@code toString}.
     */
    public static Sh of(String template, Object... values) {
        List<Word> words = new ArrayList<>();
        int from = 0;
        for (Object value : values) {
            int hole = template.indexOf("{}", from);
            if (hole < 0) {
                throw new IllegalArgumentException("more values than {} in: " + template);
            }
            literal(words, template.substring(from, hole));
            insert(words, value);
            from = hole + 2;
        }
        if (template.indexOf("{}", from) >= 0) {
            throw new IllegalArgumentException("fewer values than {} in: " + template);
        }
        literal(words, template.substring(from));
        return new Sh(words);
    }

    /** One command from its argument vector. */
    public static Sh command(List<String> argv) {
        return of("{}", argv);
    }

    /** The scripts one after another, ended by the first that fails when {@code set -e} is in force. */
    public static Sh lines(List<Sh> scripts) {
        List<Word> words = new ArrayList<>();
        for (Sh script : scripts) {
            if (!words.isEmpty()) {
                literal(words, "\n");
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
        return words.stream().map(Sh::exact).collect(Collectors.joining());
    }

    /** The text for people: quoted so that it can be pasted, secrets as {@code ***}, without lines that are empty. */
    public String shown() {
        String text = words.stream().map(Sh::visible).collect(Collectors.joining());
        return text.contains("\n\n") || text.startsWith("\n") || text.endsWith("\n")
                ? text.lines().filter(line -> !line.isEmpty()).collect(Collectors.joining("\n"))
                : text;
    }

    /** One value quoted for a shell, without quotes where none are needed. */
    public static String quoted(String value) {
        if (PLAIN.matcher(value).matches()) {
            return value;
        }
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a NUL character cannot be passed to a command");
        }
        return "'" + value.replace("'", "'\\''") + "'";
    }

    // Pieces of templates are the same in each of very many scripts, and most of what a plan for many hosts would hold.
    private static void literal(List<Word> words, String text) {
        if (!text.isEmpty()) {
            words.add(new Word.Lit(text.intern()));
        }
    }

    private static void insert(List<Word> words, Object value) {
        if (value instanceof Sh sh) {
            words.addAll(sh.words);
        } else if (value instanceof Word word) {
            words.add(word);
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                if (i > 0) {
                    words.add(new Word.Lit(" "));
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
        return word instanceof Word.Arg arg ? quoted(arg.text()) : quoted(((Word.Secret) word).text());
    }

    private static String visible(Word word) {
        if (word instanceof Word.Lit lit) {
            return lit.text();
        }
        if (word instanceof Word.Aside) {
            return "";
        }
        return word instanceof Word.Arg arg ? quoted(arg.text()) : "***";
    }

    @Override
    public String toString() {
        return shown();
    }
}
