package tplctl.inventory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.diag.Suggest;

/** Host patterns as Ansible has them (lib/ansible/inventory/manager.py). */
final class Patterns {
    private static final Pattern SUBSCRIPT = Pattern.compile("(.+)\\[(?:(-?[0-9]{1,9})|([0-9]{1,9})[:-]([0-9]{0,9}))]");

    private final Inventory inventory;
    private final Position at;
    private final Diagnostics errors;

    Patterns(Inventory inventory, Position at, Diagnostics errors) {
        this.inventory = inventory;
        this.at = at;
        this.errors = errors;
    }

    List<String> match(String pattern) {
        List<String> terms = terms(pattern);
        Set<String> selected = new LinkedHashSet<>();
        terms.stream().filter(t -> sign(t) == ' ').forEach(t -> selected.addAll(named(t)));
        if (!terms.isEmpty() && terms.stream().allMatch(t -> sign(t) != ' ')) {
            selected.addAll(inventory.all());
        }
        terms.stream()
                .filter(t -> sign(t) == '&')
                .forEach(t -> selected.retainAll(new LinkedHashSet<>(named(t.substring(1)))));
        terms.stream()
                .filter(t -> sign(t) == '!')
                .forEach(t -> named(t.substring(1)).forEach(selected::remove));
        return inventory.hosts().keySet().stream().filter(selected::contains).toList();
    }

    private static char sign(String term) {
        char first = term.charAt(0);
        return first == '&' || first == '!' ? first : ' ';
    }

    private List<String> terms(String pattern) {
        List<String> terms = new ArrayList<>();
        for (String piece : split(pattern, false)) {
            String bare = sign(piece) == ' ' ? piece : piece.substring(1);
            if (inventory.hosts().containsKey(bare) || Names.isAddress(bare)) {
                terms.add(piece);
            } else {
                terms.addAll(split(piece, true));
            }
        }
        return terms;
    }

    // A comma or colon in brackets divides nothing; in a regular expression all kinds of brackets count.
    private static List<String> split(String text, boolean colons) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        boolean regex = false;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : ',';
            if (i == text.length() || (depth == 0 && (c == ',' || (colons && c == ':')))) {
                String part = text.substring(start, i).strip();
                if (!part.isEmpty()) {
                    parts.add(part);
                }
                start = i + 1;
                depth = 0;
                regex = false;
            } else if (c == '~' && text.substring(start, i).strip().matches("[&!]?")) {
                regex = true;
            } else if (c == '[' || (regex && (c == '(' || c == '{'))) {
                depth++;
            } else if (depth > 0 && (c == ']' || (regex && (c == ')' || c == '}')))) {
                depth--;
            }
        }
        return parts;
    }

    private Collection<String> named(String term) {
        if (term.isEmpty()) {
            errors.error(at, "a sign without a pattern behind it", "write !GROUP or &GROUP");
            return List.of();
        }
        if (term.startsWith("~")) {
            return matching(regex(term.substring(1)));
        }
        Collection<String> known = known(term);
        if (known != null) {
            return known;
        }
        Matcher subscript = SUBSCRIPT.matcher(term);
        if (subscript.matches()) {
            Collection<String> of = known(subscript.group(1));
            if (of == null && isGlob(subscript.group(1))) {
                of = globbed(subscript.group(1));
            }
            if (of != null) {
                return part(List.copyOf(of), subscript, term);
            }
        }
        if (isGlob(term)) {
            return globbed(term);
        }
        Set<String> names = new LinkedHashSet<>(inventory.hosts().keySet());
        names.addAll(inventory.groups().keySet());
        boolean groups = inventory.groups().size() > 2;
        errors.error(
                at,
                "no host " + (groups ? "or group " : "") + "\"" + term + "\" in the inventory",
                Suggest.didYouMean(
                        term,
                        names,
                        "it has: "
                                + Names.listed(
                                        groups ? names : inventory.hosts().keySet())));
        return List.of();
    }

    private static boolean isGlob(String term) {
        return term.indexOf('*') >= 0 || term.indexOf('?') >= 0 || term.matches(".*\\[[^]]+].*");
    }

    private @org.jspecify.annotations.Nullable Collection<String> known(String term) {
        if (term.equals("*")) {
            return inventory.all();
        }
        List<String> members = inventory.members().get(term);
        return members != null || !inventory.hosts().containsKey(term) ? members : List.of(term);
    }

    private List<String> part(List<String> hosts, Matcher subscript, String term) {
        int last = hosts.size() - 1;
        if (subscript.group(2) == null) {
            int from = Integer.parseInt(subscript.group(3));
            int to = subscript.group(4).isEmpty() ? last : Integer.parseInt(subscript.group(4));
            return from > Math.min(to, last) ? List.of() : hosts.subList(from, Math.min(to, last) + 1);
        }
        int index = Integer.parseInt(subscript.group(2));
        int place = index < 0 ? index + hosts.size() : index;
        if (place < 0 || place > last) {
            errors.error(
                    at,
                    "\"" + term + "\": " + subscript.group(1) + " has " + hosts.size()
                            + (hosts.size() == 1 ? " host" : " hosts"),
                    "the first is [0], the last [-1]");
            return List.of();
        }
        return List.of(hosts.get(place));
    }

    private Pattern regex(String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            errors.error(at, "\"~" + text + "\" is no regular expression: " + e.getDescription(), "");
            return Pattern.compile("(?!)");
        }
    }

    private Collection<String> globbed(String term) {
        return matching(Pattern.compile(glob(term) + "\\z"));
    }

    // As in Python, from the name's beginning on; groups first.
    private Collection<String> matching(Pattern pattern) {
        Set<String> found = new LinkedHashSet<>();
        inventory.members().forEach((group, hosts) -> {
            if (pattern.matcher(group).lookingAt()) {
                found.addAll(hosts);
            }
        });
        inventory.hosts().keySet().stream()
                .filter(h -> pattern.matcher(h).lookingAt())
                .forEach(found::add);
        return found;
    }

    private static String glob(String term) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < term.length(); i++) {
            char c = term.charAt(i);
            int close = c == '[' ? term.indexOf(']', i + 2) : -1;
            if (close > 0) {
                String chars = term.substring(i + 1, close)
                        .replace("\\", "\\\\")
                        .replace("[", "\\[")
                        .replace("&", "\\&");
                regex.append('[')
                        .append(chars.startsWith("!") ? "^" + chars.substring(1) : chars.replace("^", "\\^"))
                        .append(']');
                i = close;
            } else {
                regex.append(
                        switch (c) {
                            case '*' -> ".*";
                            case '?' -> ".";
                            default -> Pattern.quote(String.valueOf(c));
                        });
            }
        }
        return regex.toString();
    }
}
