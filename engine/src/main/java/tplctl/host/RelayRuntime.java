package tplctl.host;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Brings the relay to hosts. What is there already is found by its digest and not sent again; any number of runs may do it at
 * once. Nothing on the host is changed when all is there.
 *
 * <p>The Java is the host's own, of 17 or later: JAVA_HOME's, the one in PATH, or one in /usr/lib/jvm. Without one, a runtime
 * of some 40 MB is made from the JDK that runs this program and sent.
 */
public final class RelayRuntime {
    /** Where relays and runtimes are kept on a host, each in a directory named by its digest. */
    public static final String DIRECTORY = "/var/lib/tplctl/runtime";

    private static final List<String> JVM = List.of("-XX:+UseSerialGC", "-Xshare:auto", "-XX:-UsePerfData", "-Xmx512m");

    private static final Duration LOOK_LIMIT = Duration.ofMinutes(1);
    private static final Duration INSTALL_LIMIT = Duration.ofMinutes(10);
    private static final String ATTEMPTED = "start the relay";

    /**
     * When the optimising compiler begins. A relay lives for a second or two, half of which it would spend on compiling what it does once;
     * so that comes thirty times as late as usual, and compiled code does not count for it which branches are
     * taken. Not so for the two methods of AES-GCM whose callers' compiled code has the processor's own
     * instructions instead of a call: until then TLS takes ten times as long. What this saves is in engine/docs/migration.md. A Java where
     * these methods have other names ignores it, and so does one that has no such options.
     */
    private static final List<String> COMPILATION = List.of(
            "-XX:+IgnoreUnrecognizedVMOptions",
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:-C1UpdateMethodData",
            "-XX:Tier4InvocationThreshold=150000",
            "-XX:Tier4MinInvocationThreshold=18000",
            "-XX:Tier4CompileThreshold=450000",
            "-XX:Tier4BackEdgeThreshold=1200000",
            // Else it would say on stdout what it was told.
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=CompileThresholdScaling,com.sun.crypto.provider.GHASH::update,0.001",
            "-XX:CompileCommand=CompileThresholdScaling,com.sun.crypto.provider.CounterMode::crypt,0.001");

    private final Supplier<RelayKit> program;
    private final JavaRuntime runtime;
    private final RelayScripts scripts;
    private final String directory;
    private final Consumer<String> waiting;

    private record Found(Optional<String> jar, boolean aged, Optional<String> java) {}

    /**
     * @param cache local directory for the Java runtime that is sent to hosts without one
     * @param waiting told, in words for the user, before what takes longer
     */
    public RelayRuntime(Path cache, Consumer<String> waiting) {
        this(
                RelayKit::ofThisProgram,
                new JavaRuntime(Path.of(System.getProperty("java.home", "/usr")), cache),
                DIRECTORY,
                waiting);
    }

    RelayRuntime(Supplier<RelayKit> program, JavaRuntime runtime, String directory, Consumer<String> waiting) {
        this.program = program;
        this.runtime = runtime;
        this.scripts = new RelayScripts(directory);
        this.directory = directory;
        this.waiting = waiting;
    }

    /**
     * The words that start the relay on that host; {@code bridge} or {@code agent} is to follow.
     *
     * @throws HostException when there is no Java and none can be sent; says what to install
     */
    public List<String> provide(Host host) {
        RelayKit kit = program.get();
        Found found = look(host, kit.digest());
        String java = found.java().orElseGet(() -> sendRuntime(host));
        boolean whole = found.jar().equals(Optional.of(kit.digest()));
        if (!whole) {
            run(host, scripts.makeDirectory(kit.digest()), LOOK_LIMIT);
            host.put(jar(kit), kit.jar(), "0444");
        }
        if (!whole || found.aged() || found.java().isEmpty()) {
            run(host, scripts.prune(kit.digest(), java), LOOK_LIMIT);
        }
        List<String> words = new ArrayList<>();
        // Java spells file names in the locale's encoding.
        words.addAll(List.of("env", "LC_ALL=C.UTF-8", java + "/bin/java"));
        words.addAll(JVM);
        words.addAll(COMPILATION);
        // stdout is the protocol's.
        words.addAll(List.of("-Xlog:disable", "-Xlog:all=warning:stderr"));
        words.addAll(List.of("-cp", jar(kit), RelayKit.MAIN));
        return List.copyOf(words);
    }

    private String jar(RelayKit kit) {
        return directory + "/" + kit.digest() + "/relay.jar";
    }

    private Found look(Host host, String digest) {
        Script script = scripts.look(digest);
        CommandResult result = host.query(script, LOOK_LIMIT);
        if (!result.ok()) {
            throw HostException.unexpected(host.name(), script, result);
        }
        return new Found(
                line(result, "jar").map(sum -> sum.split(" ")[0]),
                result.stdout().lines().anyMatch("aged"::equals),
                line(result, "java"));
    }

    private static Optional<String> line(CommandResult result, String name) {
        return result.stdout()
                .lines()
                .filter(each -> each.startsWith(name + " "))
                .map(each -> each.substring(name.length() + 1))
                .findFirst();
    }

    private String sendRuntime(Host host) {
        Optional<String> there = line(host.query(RelayScripts.platform(), LOOK_LIMIT), "platform");
        Optional<String> here = Optional.empty();
        try (Host local = new LocalHost("localhost")) {
            here = line(local.query(RelayScripts.platform(), LOOK_LIMIT), "platform");
        }
        if (there.isEmpty() || there.get().contains("unknown") || !there.equals(here)) {
            throw noJava(
                    host,
                    "it is " + there.orElse("unknown") + " and this machine " + here.orElse("unknown")
                            + ", so that no Java from here runs there");
        }
        waiting.accept(host.name() + ": there is no Java; making a small one and sending it");
        byte[] archive;
        try {
            archive = runtime.archive();
        } catch (JavaRuntime.UnavailableException e) {
            throw noJava(host, e.why());
        }
        return install(host, archive);
    }

    private String install(Host host, byte[] archive) {
        String digest = RelayKit.sha256(archive);
        run(host, scripts.makeDirectory("."), LOOK_LIMIT);
        String packed = directory + "/.java-"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        host.put(packed, archive, "0600");
        Script script = scripts.install(digest, packed);
        CommandResult result = host.change(script, INSTALL_LIMIT);
        if (!result.ok()) {
            throw noJava(
                    host,
                    "the one from here does not run there, exit " + result.exit()
                            + HostException.lastLines(result.stderr()));
        }
        return directory + "/" + digest + "/java";
    }

    private static HostException noJava(Host host, String problem) {
        return new HostException(
                host.name(),
                ATTEMPTED,
                "there is no Java of 17 or later, and none can be sent: " + problem
                        + ". Install one there: packages: [default-jre-headless]");
    }

    private static void run(Host host, Script script, Duration limit) {
        CommandResult result = host.change(script, limit);
        if (!result.ok()) {
            throw HostException.unexpected(host.name(), script, result);
        }
    }
}
