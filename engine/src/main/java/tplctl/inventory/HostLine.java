package tplctl.inventory;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** A host as an inventory writes it: a name, a range, with or without a port behind a colon. */
final class HostLine {
    private static final Pattern BRACKETED = Pattern.compile("\\[([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)](?::([0-9]{1,5}))?");

    private final Draft draft;
    private final Diagnostics errors;

    HostLine(Draft draft, Diagnostics errors) {
        this.draft = draft;
        this.errors = errors;
    }

    void add(String written, Position at, Draft.GroupDraft group, Map<String, Node> vars) {
        String pattern = written;
        String port = "";
        Matcher bracketed = BRACKETED.matcher(written);
        if (bracketed.matches() && Names.isAddress(bracketed.group(1))) {
            pattern = bracketed.group(1);
            port = bracketed.group(2) == null ? "" : bracketed.group(2);
        } else if (!Names.isAddress(written)) {
            int colon = portColon(written);
            if (colon >= 0) {
                pattern = written.substring(0, colon);
                port = written.substring(colon + 1);
            }
        }
        Map<String, Node> all = vars;
        if (!port.isEmpty()) {
            all = new LinkedHashMap<>();
            all.put("ansible_port", new Scalar(port, true, at));
            all.putAll(vars);
        }
        List<String> names = Names.isAddress(pattern) ? List.of(pattern) : HostRange.expand(pattern, at, errors);
        for (String name : names) {
            if (!Names.isHost(name)) {
                errors.error(at, "\"" + name + "\" cannot be a host's name", Names.HOST_RULE);
                return;
            }
            draft.host(name, group, all);
        }
    }

    private static int portColon(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1 || text.indexOf(']', colon) >= 0 || colon == text.length() - 1) {
            return -1;
        }
        for (int i = colon + 1; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return -1;
            }
        }
        return colon;
    }
}
