package tplctl.kinds;

import java.util.Map;
import tplctl.diag.Position;
import tplctl.kind.Decoding;

/** Environment variables that the user gives to scripts. */
final class Environment {
    private Environment() {}

    /** Reports each name that none can have. */
    static void check(Map<String, String> variables, Position at, Decoding to) {
        for (String variable : variables.keySet()) {
            if (!variable.matches("[A-Za-z_][A-Za-z0-9_]*")) {
                to.error(
                        at,
                        "\"" + variable + "\" is no name for an environment variable",
                        "letters, digits and _, not beginning with a digit");
            }
        }
    }
}
