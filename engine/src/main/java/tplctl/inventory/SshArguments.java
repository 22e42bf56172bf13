package tplctl.inventory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tplctl.diag.Diagnostics;
import tplctl.diag.Suggest;
import tplctl.text.Scalar;

/** The arguments of ssh(1) that an inventory gives, as what they mean; what OpenSSH meets first, wins. */
final class SshArguments {
    private static final String UNDERSTOOD =
            "understood are -J, -o, -i, -p, -l, -F, -4, -6 and -A; of no effect here are -C, -q, -t, -T, -v, -x, -X, -Y, -a, -k,"
                    + " -n, -N, -M and -S";
    private static final String IGNORED = "CqtTvxXYaknNM";
    private static final String WITH_VALUE = "JoipFlS";

    /** Of those that connections have themselves. */
    private static final Set<String> IGNORED_OPTIONS = Set.of(
            "controlmaster", "controlpath", "controlpersist", "batchmode", "requesttty", "loglevel", "compression");

    /** The keywords of ssh_config(5), OpenSSH 9.9, in lower case. */
    private static final Set<String> KEYWORDS = Set.of(
            ("addkeystoagent addressfamily batchmode bindaddress bindinterface canonicaldomains canonicalizefallbacklocal"
                            + " canonicalizehostname canonicalizemaxdots canonicalizepermittedcnames casignaturealgorithms"
                            + " certificatefile channeltimeout checkhostip ciphers clearallforwardings compression"
                            + " connectionattempts connecttimeout controlmaster controlpath controlpersist dynamicforward"
                            + " enableescapecommandline enablesshkeysign escapechar exitonforwardfailure fingerprinthash"
                            + " forkafterauthentication forwardagent forwardx11 forwardx11timeout forwardx11trusted gatewayports"
                            + " globalknownhostsfile gssapiauthentication gssapidelegatecredentials hashknownhosts"
                            + " hostbasedacceptedalgorithms hostbasedauthentication hostkeyalgorithms hostkeyalias hostname"
                            + " identitiesonly identityagent identityfile ignoreunknown include ipqos"
                            + " kbdinteractiveauthentication kbdinteractivedevices kexalgorithms knownhostscommand localcommand"
                            + " localforward loglevel logverbose macs nohostauthenticationforlocalhost numberofpasswordprompts"
                            + " obscurekeystroketiming passwordauthentication permitlocalcommand permitremoteopen pkcs11provider"
                            + " port preferredauthentications proxycommand proxyjump proxyusefdpass pubkeyacceptedalgorithms"
                            + " pubkeyacceptedkeytypes pubkeyauthentication rekeylimit remotecommand remoteforward requesttty"
                            + " requiredrsasize revokedhostkeys securitykeyprovider sendenv serveralivecountmax"
                            + " serveraliveinterval sessiontype setenv stdinnull streamlocalbindmask streamlocalbindunlink"
                            + " stricthostkeychecking syslogfacility tag tcpkeepalive tunnel tunneldevice updatehostkeys user"
                            + " userknownhostsfile verifyhostkeydns visualhostkey xauthlocation")
                    .split(" "));

    private final Diagnostics errors;
    final Map<String, String> options = new LinkedHashMap<>();
    final List<String> keys = new ArrayList<>();
    Optional<String> config = Optional.empty();

    SshArguments(Diagnostics errors) {
        this.errors = errors;
    }

    void add(Scalar arguments) {
        List<Words.Word> words = Words.of(
                arguments.text(),
                (index, summary, detail) -> errors.error(arguments.positionOf(index), summary, detail));
        int i = 0;
        while (i < words.size()) {
            i = argument(words, i, arguments);
        }
    }

    // As getopt(3): letters without a value may stand together; a value follows at once or as the next word.
    private int argument(List<Words.Word> words, int at, Scalar in) {
        Words.Word word = words.get(at);
        String text = word.text();
        if (text.length() < 2 || text.charAt(0) != '-') {
            errors.error(
                    in.positionOf(word.start()),
                    "\"" + text + "\" is no option of ssh",
                    "a value with blanks is quoted");
            return at + 1;
        }
        for (int i = 1; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (WITH_VALUE.indexOf(letter) >= 0) {
                boolean attached = i + 1 < text.length();
                if (!attached && at + 1 == words.size()) {
                    errors.error(in.positionOf(word.start()), "-" + letter + " takes a value", "");
                    return at + 1;
                }
                value(
                        letter,
                        attached ? text.substring(i + 1) : words.get(at + 1).text(),
                        attached ? word : words.get(at + 1),
                        in);
                return attached ? at + 1 : at + 2;
            }
            switch (letter) {
                case '4' -> options.putIfAbsent("addressfamily", "inet");
                case '6' -> options.putIfAbsent("addressfamily", "inet6");
                case 'A' -> options.putIfAbsent("forwardagent", "yes");
                default -> {
                    if (IGNORED.indexOf(letter) < 0) {
                        errors.error(
                                in.positionOf(word.start()),
                                "the option \"-" + letter + "\" of ssh is not understood",
                                UNDERSTOOD);
                        return words.size();
                    }
                }
            }
        }
        return at + 1;
    }

    private void value(char letter, String value, Words.Word word, Scalar in) {
        switch (letter) {
            case 'J' -> options.putIfAbsent("proxyjump", value);
            case 'p' -> options.putIfAbsent("port", value);
            case 'l' -> options.putIfAbsent("user", value);
            case 'i' -> keys.add(value);
            case 'F' -> config = config.isPresent() ? config : Optional.of(value);
            case 'o' -> option(value, word, in);
            default -> {}
        }
    }

    private void option(String written, Words.Word word, Scalar in) {
        String text = written.strip();
        int end = 0;
        while (end < text.length() && text.charAt(end) != '=' && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        String name = text.substring(0, end);
        String keyword = name.toLowerCase(Locale.ROOT);
        String value = text.substring(end).replaceFirst("^\\s*=?\\s*", "");
        if (value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")) {
            value = value.substring(1, value.length() - 1);
        }
        if (!KEYWORDS.contains(keyword)) {
            errors.error(
                    in.positionOf(word.start()),
                    "ssh_config has no option \"" + name + "\"",
                    Suggest.didYouMean(keyword, KEYWORDS, "write -o KEYWORD=VALUE, with a keyword of ssh_config(5)"));
        } else if (value.isEmpty()) {
            errors.error(
                    in.positionOf(word.start()),
                    "the option \"" + name + "\" has no value",
                    "write -o " + name + "=VALUE");
        } else if (keyword.equals("identityfile")) {
            keys.add(value);
        } else if (!IGNORED_OPTIONS.contains(keyword)) {
            options.putIfAbsent(keyword, value);
        }
    }
}
