package tplctl.cli;

import java.io.IOException;
import java.util.Locale;

/** Asks the user before something is replaced, removed or migrated. */
final class Question {
    private Question() {}

    /** Whether the user agrees; anything but y or yes is no. */
    static boolean agreed(Terminal terminal, String question) {
        terminal.err().print(question + " [y/N] ");
        terminal.err().flush();
        try {
            String answer = terminal.in().lines().readLine();
            if (answer == null) {
                terminal.err().println();
                return false;
            }
            String word = answer.strip().toLowerCase(Locale.ROOT);
            return word.equals("y") || word.equals("yes");
        } catch (IOException e) {
            return false;
        }
    }
}
