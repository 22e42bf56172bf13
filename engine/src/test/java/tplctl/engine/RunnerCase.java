package tplctl.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import tplctl.host.CommandResult;
import tplctl.host.FakeHost;
import tplctl.host.Host;
import tplctl.model.OwnedRecord;
import tplctl.model.Plan;
import tplctl.model.Project;

/** Hosts of which it is kept what was done on them, and runs of plans there. */
@Timeout(60)
abstract class RunnerCase {
    /** Hosts whose things are made by {@code create NAME} and looked at by {@code look NAME}. */
    static final class World implements Hosts {
        final Map<String, FakeHost> hosts = new ConcurrentHashMap<>();
        final Map<String, String> state = new ConcurrentHashMap<>();
        final java.util.Set<String> stubborn = ConcurrentHashMap.newKeySet();
        final Map<String, Integer> failures = new ConcurrentHashMap<>();
        final List<String> log = java.util.Collections.synchronizedList(new ArrayList<>());
        java.util.function.Consumer<String> onStep = name -> {};

        @Override
        public Host get(String name, boolean become) {
            return hosts.computeIfAbsent(name, n -> new FakeHost(n).onAny(script -> answer(n, script)));
        }

        World found(String... found) {
            for (String one : found) {
                state.put(one.substring(0, one.indexOf('=')), one.substring(one.indexOf('=') + 1));
            }
            return this;
        }

        World stubborn(String name) {
            stubborn.add(name);
            return this;
        }

        World failing(String name, int times) {
            failures.put(name, times);
            return this;
        }

        private CommandResult answer(String host, String script) {
            String[] words = script.split(" ");
            if (words[0].equals("look")) {
                log.add("look " + words[1]);
                return new CommandResult(0, state.getOrDefault(words[1], "ok") + "\n", "");
            }
            if (script.startsWith("umask") || script.startsWith("rm -f -- /var/lib/tplctl/owned")) {
                log.add(script.startsWith("rm") ? "forget" : "mkdir");
                return new CommandResult(0, "", "");
            }
            log.add(script);
            onStep.accept(words[1]);
            if (failures.merge(words[1], -1, Integer::sum) >= 0) {
                return new CommandResult(1, "", "boom on " + host);
            }
            if (!stubborn.contains(words[1])) {
                state.put(words[1], "ok");
            }
            return new CommandResult(0, "", "");
        }

        long count(String entry) {
            return log.stream().filter(entry::equals).count();
        }
    }

    static Report run(World world, Project project, Plan plan) {
        return run(world, project, plan, List.of(), 4, RunListener.SILENT);
    }

    static Report run(
            World world, Project project, Plan plan, List<OwnedRecord> owned, int perHost, RunListener listener) {
        AtomicInteger clock = new AtomicInteger();
        return new Runner(world, listener, options(perHost, false), clock::incrementAndGet).run(plan, project, owned);
    }

    static Runner.Options options(int perHost, boolean adopt) {
        return new Runner.Options(50, host -> perHost, host -> true, RetryDelay.none(), adopt);
    }

    static List<String> outcomes(Report report) {
        return report.outcomes().stream()
                .map(o -> o.id().local() + " "
                        + (o instanceof Outcome.Skipped s
                                ? "Skipped("
                                        + (s.isInterrupted()
                                                ? "interrupted"
                                                : s.because().local()) + ")"
                                : o.getClass().getSimpleName()))
                .toList();
    }
}
