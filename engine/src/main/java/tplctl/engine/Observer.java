package tplctl.engine;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tplctl.host.CommandResult;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.host.HostUnreachableException;
import tplctl.host.Script;
import tplctl.kind.ProbeException;
import tplctl.kind.ProbeOutput;
import tplctl.kind.ResourceId;
import tplctl.kind.Sh;
import tplctl.model.Observations;
import tplctl.model.Observed;
import tplctl.model.OwnedRecord;
import tplctl.model.Resource;

/** Asks hosts how things are: one script a host, whatever the number of resources. */
public final class Observer {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Sh RECORDS = Sh.of("cat /dev/null " + OwnedRecord.DIRECTORY + "/*/*.json 2>/dev/null; :");

    private final Hosts hosts;
    private final int forks;

    /**
     * An observer of these hosts.
     *
     * @param forks how many of them are asked at once
     */
    public Observer(Hosts hosts, int forks) {
        this.hosts = hosts;
        this.forks = forks;
    }

    /** What all of these resources' hosts say, and what every one of {@code names} remembers. */
    public Observations observe(List<Resource<?, ?>> resources, List<String> names) {
        Map<String, List<Resource<?, ?>>> byHost = new LinkedHashMap<>();
        names.forEach(name -> byHost.put(name, new ArrayList<>()));
        resources.forEach(r ->
                byHost.computeIfAbsent(r.id().host(), h -> new ArrayList<>()).add(r));
        List<Answer> answers = byHost.size() == 1
                ? byHost.entrySet().stream()
                        .map(e -> ask(e.getKey(), e.getValue()))
                        .toList()
                : askAll(byHost);
        return merged(answers);
    }

    /** One resource, asked again. */
    <S, O> Observed<S, O> again(Resource<S, O> resource) {
        Host host = hosts.get(resource.id().host());
        Script script = script(resource.probe().script());
        CommandResult result = host.query(script, LIMIT);
        return resource.observed(new ProbeOutput(result.exit(), result.stdout(), result.stderr()));
    }

    static Script script(Sh sh) {
        return new Script(sh.script(), sh.shown());
    }

    private record Answer(
            String host,
            Map<ResourceId, Observed<?, ?>> seen,
            Map<ResourceId, String> failed,
            Optional<String> unreachable,
            List<OwnedRecord> owned) {}

    private List<Answer> askAll(Map<String, List<Resource<?, ?>>> byHost) {
        ExecutorService pool = Executors.newFixedThreadPool(Math.max(1, Math.min(forks, byHost.size())));
        try {
            List<Future<Answer>> pending = new ArrayList<>();
            byHost.forEach((host, resources) -> pending.add(pool.submit(() -> ask(host, resources))));
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> one : pending) {
                answers.add(one.get());
            }
            return answers;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while observing", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    private Answer ask(String name, List<Resource<?, ?>> resources) {
        try {
            Host host = hosts.get(name);
            Frames frames = new Frames(nonce());
            int records = frames.add(RECORDS);
            List<Integer> numbers = new ArrayList<>();
            resources.forEach(r -> numbers.add(frames.add(r.probe().script())));
            Script script = new Script(frames.script().script(), "observe " + resources.size() + " resources");
            CommandResult result = host.query(script, LIMIT);
            Map<ResourceId, Observed<?, ?>> seen = new HashMap<>();
            Map<ResourceId, String> failed = new HashMap<>();
            for (int i = 0; i < resources.size(); i++) {
                Optional<ProbeOutput> output = frames.answer(numbers.get(i), result.stdout(), result.stderr());
                read(resources.get(i), output, seen, failed);
            }
            List<OwnedRecord> owned = new ArrayList<>();
            frames.answer(records, result.stdout(), result.stderr())
                    .ifPresent(o -> o.lines()
                            .forEach(line -> OwnedRecord.parse(name, line).ifPresent(owned::add)));
            return new Answer(name, seen, failed, Optional.empty(), owned);
        } catch (HostUnreachableException e) {
            return new Answer(name, Map.of(), Map.of(), Optional.of(message(e)), List.of());
        } catch (HostException e) {
            Map<ResourceId, String> failed = new HashMap<>();
            resources.forEach(r -> failed.put(r.id(), message(e)));
            return new Answer(name, Map.of(), failed, Optional.empty(), List.of());
        }
    }

    private static void read(
            Resource<?, ?> resource,
            Optional<ProbeOutput> output,
            Map<ResourceId, Observed<?, ?>> seen,
            Map<ResourceId, String> failed) {
        if (output.isEmpty()) {
            failed.put(resource.id(), "the host's shell ended before it answered");
            return;
        }
        try {
            seen.put(resource.id(), resource.observed(output.get()));
        } catch (ProbeException e) {
            failed.put(resource.id(), message(e));
        }
    }

    private static Observations merged(List<Answer> answers) {
        Map<ResourceId, Observed<?, ?>> seen = new HashMap<>();
        Map<ResourceId, String> failed = new HashMap<>();
        Map<String, String> unreachable = new HashMap<>();
        List<OwnedRecord> owned = new ArrayList<>();
        for (Answer answer : answers) {
            seen.putAll(answer.seen());
            failed.putAll(answer.failed());
            answer.unreachable().ifPresent(why -> unreachable.put(answer.host(), why));
            owned.addAll(answer.owned());
        }
        return new Observations(seen, failed, unreachable, owned);
    }

    private static String message(RuntimeException e) {
        return Optional.ofNullable(e.getMessage()).orElseGet(() -> e.getClass().getSimpleName());
    }

    private static String nonce() {
        byte[] bytes = new byte[12];
        RANDOM.nextBytes(bytes);
        return "tplctl-" + HexFormat.of().formatHex(bytes);
    }
}
