package tplctl.cli;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import tplctl.engine.FileReader;
import tplctl.engine.Locks;
import tplctl.engine.Report;
import tplctl.engine.RunListener;
import tplctl.engine.Status;
import tplctl.engine.VmSighting;
import tplctl.host.Duplex;
import tplctl.inventory.Inventory;
import tplctl.inventory.Settings;
import tplctl.login.Secret;
import tplctl.model.Observations;
import tplctl.model.OwnedRecord;
import tplctl.model.Plan;
import tplctl.model.Project;
import tplctl.model.Resource;
import tplctl.text.Node;

/** What commands ask of hosts. A host is connected to when it is first asked for something. */
interface Session extends AutoCloseable {
    /**
     * How hosts are reached where the inventory does not say.
     *
     * @param forks how many hosts are worked on at once
     * @param login what the command line says of connections, without passwords
     * @param extraVars the variables of {@code -e}, which are above the inventory's
     * @param askPass whether the password to log in with is asked for; it can also be in a file
     * @param askBecomePass the same of sudo's
     * @param verbosity how often {@code -v} was given; from 4 on what connects tells {@link RunListener#debug} its log
     * @param secrets told every password that is read or asked for, so that no output shows it
     */
    record Options(
            int forks,
            Settings login,
            Map<String, Node> extraVars,
            boolean askPass,
            Optional<String> connectionPasswordFile,
            boolean askBecomePass,
            Optional<String> becomePasswordFile,
            int verbosity,
            Consumer<Secret> secrets) {
        static Options of(Invocation invocation, Map<String, Node> extraVars) {
            Arguments args = invocation.args();
            return new Options(
                    args.number(Flag.FORKS, Flag.DEFAULT_FORKS),
                    new Settings(
                            args.value(Flag.USER),
                            args.value(Flag.PRIVATE_KEY),
                            args.value(Flag.CONNECTION).map(Options::connection),
                            args.value(Flag.TIMEOUT).map(text -> Integer.toString(args.number(Flag.TIMEOUT, 1))),
                            args.value(Flag.SSH_COMMON_ARGS).map(String::strip),
                            args.value(Flag.SSH_EXTRA_ARGS).map(String::strip),
                            Optional.empty(),
                            args.has(Flag.BECOME),
                            args.value(Flag.BECOME_USER),
                            Optional.empty()),
                    extraVars,
                    args.has(Flag.ASK_PASS),
                    args.value(Flag.CONNECTION_PASSWORD_FILE),
                    args.has(Flag.ASK_BECOME_PASS),
                    args.value(Flag.BECOME_PASSWORD_FILE),
                    args.count(Flag.VERBOSE),
                    invocation.terminal().secrets()::add);
        }

        Options with(Settings complete) {
            return new Options(
                    forks,
                    complete,
                    extraVars,
                    askPass,
                    connectionPasswordFile,
                    askBecomePass,
                    becomePasswordFile,
                    verbosity,
                    secrets);
        }

        private static String connection(String kind) {
            if (List.of("ssh", "local", "smart").contains(kind)) {
                return kind;
            }
            throw new UsageException("--connection takes ssh, local or smart, not \"" + kind + "\"");
        }
    }

    /** Begins a session with the hosts of an inventory. */
    interface Factory {
        Session open(Inventory inventory, Options options);
    }

    /** Who is told what becomes of hosts. */
    void listen(RunListener listener);

    /**
     * Whom the run is about, before more is known: begins to connect to them in the background.
     *
     * @param complete the inventory with the hosts that the playbook brought itself
     * @param hosts those that are to be connected to
     * @param becoming those of them where another user is become for what concerns the host as a whole
     */
    void begin(Inventory complete, List<String> hosts, Set<String> becoming);

    /** The facts of hosts, gathered side by side; without those that could not be had, of which the listener is told. */
    Map<String, Node> facts(List<String> hosts);

    /** As in {@link #begin}, now that every resource is known. */
    void use(Inventory complete, Set<String> becoming);

    /**
     * Takes hosts for this process until {@link #close}. A host that cannot be reached is passed over: observing tells of it.
     *
     * @param partly whether those that could be had are kept when others could not; otherwise all are given back
     */
    Locks.Refused lock(List<String> hosts, String command, Consumer<String> waiting, boolean partly);

    Observations observe(List<Resource<?, ?>> resources, List<String> hosts);

    Report run(Plan plan, Project project, List<OwnedRecord> owned, boolean adopt, RunListener listener);

    /** Starts nothing more; {@link #run} returns when what runs has ended. From any thread. */
    void stop();

    /**
     * Ends what runs on the hosts now; {@link #run} then returns soon, whether or not they answer. A migration past its point of no
     * return comes to its end all the same. From any thread.
     */
    void interrupt();

    /**
     * What runs on a host.
     *
     * @throws tplctl.host.HostUnreachableException when there is no connection to be had
     */
    Status status(String host, boolean verify);

    /**
     * What a host has of the VM of that name.
     *
     * @throws tplctl.host.HostUnreachableException when there is no connection to be had
     */
    VmSighting find(String host, String vm);

    /**
     * Connects to a Unix socket of a host, as whoever what concerns the host as a whole is done there.
     *
     * @param patience how long to try while nobody listens
     * @throws tplctl.host.NobodyListensException when nobody did
     */
    Duplex open(String host, String socketPath, Duration patience);

    /**
     * Connects to a TCP port of a host, from there.
     *
     * @throws tplctl.host.NobodyListensException when nobody listens
     * @throws tplctl.host.SocketForbiddenException when the host lets nobody do so from elsewhere
     */
    Duplex open(String host, String address, int port, Duration limit);

    /**
     * A file of a host.
     *
     * @param become whether it is read as the user that is become
     */
    record FileAt(String host, boolean become, String path) {}

    /** The contents of files, in one round trip for each host and view. */
    Map<FileAt, FileReader.Found> read(List<FileAt> files);

    @Override
    void close();
}
