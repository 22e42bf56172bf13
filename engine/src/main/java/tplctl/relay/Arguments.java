package tplctl.relay;

import java.util.List;
import java.util.regex.Pattern;

/** A command's fields, taken one after the other; each mistake names the field. Not thread-safe. */
final class Arguments {
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");
    private static final int LAST_PORT = 65535;

    private final List<String> fields;
    private int next;

    private Arguments(List<String> fields) {
        this.fields = fields;
    }

    static Arguments of(List<String> fields) {
        return new Arguments(fields);
    }

    String text(String name) throws RelayException {
        if (next == fields.size()) {
            throw wrong("the field " + name + " is missing");
        }
        return fields.get(next++);
    }

    long number(String name, long least, long most) throws RelayException {
        String text = text(name);
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new RelayException(RelayException.Code.USAGE, name + " is not a number: " + text, e);
        }
        throw wrong(name + " is not from " + least + " to " + most + ": " + text);
    }

    /** A port, or 0 for any. */
    int port(String name) throws RelayException {
        return (int) number(name, 0, LAST_PORT);
    }

    int mode(String name) throws RelayException {
        String text = text(name);
        if (!MODE.matcher(text).matches()) {
            throw wrong(name + " is not an octal file mode like 0644: " + text);
        }
        return Integer.parseInt(text, 8);
    }

    String digest(String name) throws RelayException {
        String text = text(name);
        if (!DIGEST.matcher(text).matches()) {
            throw wrong(name + " is not a SHA-256 in lower-case hex: " + text);
        }
        return text;
    }

    boolean more() {
        return next < fields.size();
    }

    /** There must be no field left. */
    void end() throws RelayException {
        if (next < fields.size()) {
            throw wrong((fields.size() - next) + " fields too many");
        }
    }

    private static RelayException wrong(String message) {
        return new RelayException(RelayException.Code.USAGE, message);
    }
}
