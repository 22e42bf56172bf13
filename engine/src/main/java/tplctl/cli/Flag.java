package tplctl.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.OptionSpec;

/** Every option there is, spelled as ansible-playbook spells it; names of Terraform's come last. */
enum Flag {
    INVENTORY("HOSTS", true, "file, directory or \"o41,o40,\"; else $TPLCTL_INVENTORY", "-i", "--inventory"),
    LIMIT("PATTERN", true, "only hosts that match; @FILE has patterns by line", "-l", "--limit"),
    TAGS("TAG", true, "only what has one of these tags, or is KIND.NAME", "-t", "--tags", "--target"),
    SKIP_TAGS("TAG", true, "nothing that has one of these tags", "--skip-tags"),
    EXTRA_VARS("VAR", true, "a variable: k=v, @FILE or {json}; wins over all", "-e", "--extra-vars", "--var"),
    OWNER("NAME", false, "whose the resources are; else the playbook's name", "--owner"),
    FORKS("N", false, "how many hosts at once (default 50)", "-f", "--forks", "--parallelism"),
    USER("NAME", false, "log in as this user", "-u", "--user"),
    PRIVATE_KEY("FILE", false, "log in with this key", "--private-key", "--key-file"),
    CONNECTION("KIND", false, "ssh (default), local or smart", "-c", "--connection"),
    TIMEOUT("SECONDS", false, "how long connecting may take (default 10)", "-T", "--timeout"),
    SSH_COMMON_ARGS("ARGS", false, "options of ssh, such as \"-J bastion\"", "--ssh-common-args"),
    SSH_EXTRA_ARGS("ARGS", false, "more options of ssh", "--ssh-extra-args"),
    ASK_PASS("", false, "ask for the password to log in with", "-k", "--ask-pass"),
    CONNECTION_PASSWORD_FILE("FILE", false, "has that password", "--connection-password-file", "--conn-pass-file"),
    BECOME("", false, "run steps as root through sudo", "-b", "--become"),
    BECOME_USER("NAME", false, "whose rights steps take then (default root)", "--become-user"),
    ASK_BECOME_PASS("", false, "ask for sudo's password", "-K", "--ask-become-pass"),
    BECOME_PASSWORD_FILE("FILE", false, "has sudo's password", "--become-password-file", "--become-pass-file"),
    CHECK("", false, "only plan, as the command plan does", "-C", "--check"),
    DIFF("", false, "show what changes in files", "-D", "--diff"),
    SHOW_COMMANDS("", false, "show the commands of every change", "--show-commands"),
    YES("", false, "agree to replace, remove and migrate", "-y", "--yes", "--auto-approve"),
    PRUNE("", false, "remove what is no longer declared", "--prune"),
    FORCE("", false, "replace and remove what is protected too", "--force"),
    FORCE_COMMAND("", false, "send also what could break what tplctl guards", "--force"),
    WAIT("SECONDS", false, "how long QMP may be busy or silent (default 30)", "--wait"),
    ESCAPE("KEY", false, "the key that leaves, ^X or none (default ^])", "--escape"),
    LINGER("SECONDS", false, "how long output goes on after stdin's end (default 1)", "--linger"),
    ADOPT("", false, "take over what another owner holds", "--adopt"),
    KEEP_GOING("", false, "leave out what cannot be done, do the rest", "--keep-going"),
    DETAILED_EXITCODE("", false, "exit with 2 when changes are pending", "--detailed-exitcode"),
    PROFILE("", false, "show what took longest", "--profile"),
    LIST_HOSTS("", false, "list the hosts and do nothing", "--list-hosts"),
    LIST_TASKS("", false, "list the resources and do nothing", "--list-tasks"),
    LIST_TAGS("", false, "list the tags and do nothing", "--list-tags"),
    SYNTAX_CHECK("", false, "only validate, as the command validate does", "--syntax-check"),
    VERIFY("", false, "compute the templates' digests again", "--verify"),
    FORMAT("FORMAT", false, "dot (default) or mermaid", "--format"),
    LIST("", false, "every host and its variables as JSON (default)", "--list"),
    HOST("NAME", false, "one host's variables as JSON", "--host"),
    GRAPH("", false, "the groups and hosts as a tree", "--graph"),
    EXPLAIN("", false, "with --host: where each value is from", "--explain"),
    OUTPUT("FORMAT", false, "text (default), json or ndjson", "-o", "--output"),
    JSON("", false, "the same as -o json", "--json"),
    VERBOSE("", true, "results, output; -vv why, -vvv scripts, -vvvv ssh's log", "-v", "--verbose"),
    QUIET("", false, "only the result", "-q", "--quiet"),
    NO_COLOR("", false, "no colours", "--no-color"),
    HELP("", false, "this text", "-h", "--help");

    /** Those of the commands that connect to hosts. */
    static final List<Flag> CONNECTING = List.of(
            USER,
            PRIVATE_KEY,
            CONNECTION,
            TIMEOUT,
            SSH_COMMON_ARGS,
            SSH_EXTRA_ARGS,
            ASK_PASS,
            CONNECTION_PASSWORD_FILE,
            BECOME,
            BECOME_USER,
            ASK_BECOME_PASS,
            BECOME_PASSWORD_FILE);

    /** The default of {@link #FORKS}. */
    static final int DEFAULT_FORKS = 50;

    private static final Set<String> LONG_NAMES =
            Stream.of(values()).flatMap(f -> f.names.stream()).collect(Collectors.toUnmodifiableSet());

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> names;

    private final String label;
    private final boolean repeated;
    private final String description;

    Flag(String label, boolean repeated, String description, String... names) {
        this.label = label;
        this.repeated = repeated;
        this.description = description;
        this.names = List.of(names);
    }

    List<String> names() {
        return names;
    }

    String description() {
        return description;
    }

    boolean takesValue() {
        return !label.isEmpty();
    }

    OptionSpec spec() {
        OptionSpec.Builder option = OptionSpec.builder(
                        names.get(0), names.subList(1, names.size()).toArray(String[]::new))
                .description(description);
        if (!takesValue()) {
            option.arity("0");
        } else {
            option.arity("1").paramLabel(label);
        }
        if (repeated) {
            option.type(List.class).auxiliaryTypes(takesValue() ? String.class : Boolean.class);
        } else {
            option.type(takesValue() ? String.class : boolean.class);
        }
        return this == HELP ? option.usageHelp(true).build() : option.build();
    }

    /**
     * The arguments with Terraform's spelling, {@code -auto-approve}, turned into ours, up to {@code --}; and a value that begins
     * with a dash, as those of {@link #SSH_COMMON_ARGS} do, tied to its option.
     */
    static String[] normalised(String[] args) {
        String[] normal = tied(args);
        for (int i = 0; i < normal.length && !normal[i].equals("--"); i++) {
            int equals = normal[i].indexOf('=');
            String name = equals < 0 ? normal[i] : normal[i].substring(0, equals);
            if (name.length() > 2 && name.charAt(1) != '-' && LONG_NAMES.contains("-" + name)) {
                normal[i] = "-" + normal[i];
            }
        }
        return normal;
    }

    // picocli takes no value that looks like an option; the blank, which means nothing to ssh, makes it look like none.
    private static String[] tied(String[] args) {
        List<String> tied = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            String name = equals < 0 ? args[i] : args[i].substring(0, equals);
            boolean takesArguments = SSH_COMMON_ARGS.names.contains(name) || SSH_EXTRA_ARGS.names.contains(name);
            if (takesArguments && equals >= 0) {
                tied.add(name + "= " + args[i].substring(equals + 1));
            } else if (takesArguments && i + 1 < args.length) {
                tied.add(name + "= " + args[++i]);
            } else {
                tied.add(args[i]);
            }
        }
        return tied.toArray(String[]::new);
    }
}
