package tplctl.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tplctl.kind.Sh;
import tplctl.login.Secret;
import tplctl.report.Cells;

/**
 * The secrets that this process knows, and texts without them. The last line of defence: whatever handles a secret must not say it to
 * begin with. A secret is found as a whole only, or a whole line of one that has several: as it is, as a shell quotes it, as a terminal is shown it and as JSON escapes each of
 * these. Shorter ones than four characters are left, for they would be found in every word. From any thread.
 */
final class Redactor {
    static final String MASK = "***";
    private static final int SHORTEST = 4;

    // By their first four characters, the longest first: a text is gone through once, however many secrets there are.
    private volatile Map<Long, List<String>> forms = Map.of();

    /** From now on this is a secret. */
    void add(Secret secret) {
        add(List.of(secret));
    }

    /** From now on these are secrets. */
    synchronized void add(Iterable<Secret> secrets) {
        Map<Long, List<String>> all = new HashMap<>();
        forms.forEach((key, texts) -> all.put(key, new ArrayList<>(texts)));
        boolean any = false;
        for (Secret secret : secrets) {
            for (String form : forms(secret.text())) {
                List<String> texts = all.computeIfAbsent(key(form, 0), k -> new ArrayList<>());
                if (!texts.contains(form)) {
                    texts.add(form);
                    any = true;
                }
            }
        }
        if (any) {
            all.values()
                    .forEach(texts ->
                            texts.sort(Comparator.comparingInt(String::length).reversed()));
            forms = all;
        }
    }

    /** The text with {@value #MASK} for every secret in it. */
    String text(String text) {
        Map<Long, List<String>> known = forms;
        if (known.isEmpty()) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        int kept = 0;
        int i = 0;
        while (i + SHORTEST <= text.length()) {
            int length = lengthAt(known, text, i);
            if (length == 0) {
                i++;
            } else {
                out.append(text, kept, i).append(MASK);
                i += length;
                kept = i;
            }
        }
        return kept == 0 ? text : out.append(text, kept, text.length()).toString();
    }

    /** The document with every secret masked in its strings; names, numbers and so the form of it stay. */
    JsonElement json(JsonElement json) {
        if (forms.isEmpty()) {
            return json;
        }
        if (json.isJsonObject()) {
            JsonObject masked = new JsonObject();
            json.getAsJsonObject().entrySet().forEach(e -> masked.add(e.getKey(), json(e.getValue())));
            return masked;
        }
        if (json.isJsonArray()) {
            JsonArray masked = new JsonArray();
            json.getAsJsonArray().forEach(e -> masked.add(json(e)));
            return masked;
        }
        return json.isJsonPrimitive() && json.getAsJsonPrimitive().isString()
                ? new JsonPrimitive(text(json.getAsString()))
                : json;
    }

    private static int lengthAt(Map<Long, List<String>> known, String text, int at) {
        List<String> candidates = known.get(key(text, at));
        if (candidates != null) {
            for (String candidate : candidates) {
                if (text.startsWith(candidate, at)) {
                    return candidate.length();
                }
            }
        }
        return 0;
    }

    // A line break at the end is what a file has and a password has not. Of several lines, most outputs indent each.
    private static Set<String> forms(String secret) {
        Set<String> forms = new TreeSet<>();
        List<String> texts = new ArrayList<>(List.of(secret, secret.strip()));
        secret.lines().map(String::strip).forEach(texts::add);
        for (String text : texts) {
            if (text.length() >= SHORTEST) {
                for (String plain : List.of(text, Cells.clean(text), unquoted(text))) {
                    forms.add(plain);
                    forms.add(inside(new JsonPrimitive(plain).toString()));
                }
            }
        }
        return forms;
    }

    private static String unquoted(String text) {
        return text.indexOf('\0') < 0 && text.contains("'") ? inside(Sh.quoted(text)) : text;
    }

    private static String inside(String quoted) {
        return quoted.substring(1, quoted.length() - 1);
    }

    private static long key(String text, int at) {
        return (long) text.charAt(at) << 48
                | (long) text.charAt(at + 1) << 32
                | (long) text.charAt(at + 2) << 16
                | text.charAt(at + 3);
    }
}
