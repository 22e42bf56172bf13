package tplctl.diag;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the name the user probably meant. */
public final class Suggest {
    private Suggest() {}

    /** The candidate nearest to {@code word}, if one is near enough to be a slip of the finger. */
    public static Optional<String> nearest(String word, Collection<String> candidates) {
        String best = null;
        int bestDistance = Math.min(word.length(), Math.max(1, word.length() / 3) + 1);
        for (String candidate : candidates) {
            int distance = distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < bestDistance) {
                bestDistance = distance;
                best = candidate;
            }
        }
        return Optional.ofNullable(best);
    }

    /** {@code Did you mean "x"?}, or {@code otherwise} when nothing is near. */
    public static String didYouMean(String word, Collection<String> candidates, String otherwise) {
        return nearest(word, candidates).map(c -> "did you mean \"" + c + "\"?").orElse(otherwise);
    }

    // Optimal string alignment: a swap of neighbours, the commonest typo, counts one.
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            d[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            d[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + cost);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
