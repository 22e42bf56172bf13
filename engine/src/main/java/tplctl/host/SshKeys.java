package tplctl.host;

import com.jcraft.jsch.AgentIdentityRepository;
import com.jcraft.jsch.AgentProxyException;
import com.jcraft.jsch.Identity;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.KeyPair;
import com.jcraft.jsch.SSHAgentConnector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The private keys of a run: each file is read, and each agent asked, once. */
final class SshKeys {
    /** A key to log in with, or why a file gives none. */
    record Loaded(Optional<SshKey> key, String problem) {}

    /** The keys for one login, in the order they are tried, and what is wrong with the others. */
    record Choice(List<SshKey> keys, List<String> problems, boolean agentAsked) {}

    private final JSch jsch;
    private final Passphrases passphrases;
    private final Object askLock = new Object();
    private final Object agentLock = new Object();
    private final Map<Path, Loaded> files = new ConcurrentHashMap<>();
    private final Map<Path, List<SshKey>> agents = new ConcurrentHashMap<>();

    private final AtomicLong asked = new AtomicLong();
    private volatile long askingSince;

    SshKeys(JSch jsch, Passphrases passphrases) {
        this.jsch = jsch;
        this.passphrases = (file, again) -> {
            askingSince = System.nanoTime() | 1;
            try {
                return passphrases.ask(file, again);
            } finally {
                asked.addAndGet(System.nanoTime() - askingSince);
                askingSince = 0;
            }
        };
    }

    /** How many nanoseconds the user has taken for answers so far: no server is to blame for them. */
    long asked() {
        long since = askingSince;
        return asked.get() + (since == 0 ? 0 : System.nanoTime() - since);
    }

    /** As ssh: what was asked for and is in the agent, then the agent's others, then the rest of what was asked for. */
    Choice choose(SshTarget target) {
        List<SshKey> held = target.agent()
                .map(socket -> agents.computeIfAbsent(socket, this::ask))
                .orElse(List.of());
        Map<String, SshKey> files = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        for (Path file : target.identities()) {
            Loaded loaded = this.files.computeIfAbsent(file, this::load);
            loaded.key().ifPresent(key -> files.put(file.toString(), key));
            if (loaded.key().isEmpty() && (target.explicit() || Files.exists(file))) {
                problems.add(file + ": " + loaded.problem());
            }
        }
        List<SshKey> keys = new ArrayList<>();
        List<SshKey> left = new ArrayList<>();
        for (SshKey file : files.values()) {
            Optional<SshKey> same = held.stream().filter(h -> same(h, file)).findFirst();
            same.ifPresentOrElse(keys::add, () -> left.add(file));
        }
        if (!target.identitiesOnly()) {
            held.stream().filter(h -> !keys.contains(h)).forEach(keys::add);
        }
        keys.addAll(left);
        return new Choice(keys, problems, target.agent().isPresent());
    }

    private static boolean same(SshKey held, SshKey file) {
        // The public part of a locked key in the old PEM format is not known without asking.
        if (file.guarded() && file.algorithm().isEmpty()) {
            return false;
        }
        return held.algorithm().equals(file.algorithm())
                && Arrays.equals(
                        held.publicKey().orElse(new byte[0]), file.publicKey().orElse(new byte[1]));
    }

    private Loaded load(Path file) {
        if (!Files.exists(file)) {
            return new Loaded(Optional.empty(), "no such file");
        }
        if (!Files.isReadable(file)) {
            return new Loaded(Optional.empty(), "may not be read by this user");
        }
        try {
            return new Loaded(
                    Optional.of(new SshKey.InFile(
                            file.toString(), KeyPair.load(jsch, file.toString()), passphrases, askLock)),
                    "");
        } catch (JSchException e) {
            return new Loaded(Optional.empty(), SshKey.problem(e));
        }
    }

    private List<SshKey> ask(Path socket) {
        try {
            List<SshKey> keys = new ArrayList<>();
            for (Identity each : new AgentIdentityRepository(new SSHAgentConnector(socket)).getIdentities()) {
                keys.add(new SshKey.Agents(each, agentLock));
            }
            return keys;
        } catch (AgentProxyException | RuntimeException e) {
            // An agent that has gone is as none, for ssh too.
            return List.of();
        }
    }
}
