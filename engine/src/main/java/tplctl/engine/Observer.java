package tplctl.engine;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tplctl.host.CommandResult;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.host.HostUnreachableException;
import tplctl.host.Script;
import tplctl.kind.Probe;
import tplctl.kind.ProbeException;
import tplctl.kind.ProbeOutput;
import tplctl.kind.ResourceId;
import tplctl.kind.Sh;
import tplctl.model.Observations;
import tplctl.model.Observed;
import tplctl.model.OwnedRecord;
import tplctl.model.Resource;

/**
 * Asks hosts how things are: one script a host, whatever the number of resources, or two side by side where some resources become
 * another user and some do not.
 */
public final class Observer {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Sh RECORDS = Sh.of("cat /dev/null " + OwnedRecord.DIRECTORY + "/*/*.json 2>/dev/null; :");

    private final Hosts hosts;
    private final int forks;
    private final RunListener listener;

    /**
     * An observer of these hosts.
     *
     * @param forks how many of them are asked at once
     */
    public Observer(Hosts hosts, int forks, RunListener listener) {
        this.hosts = hosts;
        this.forks = forks;
        this.listener = listener;
    }

    /** What all of these resources' hosts say, and what every one of {@code names} remembers. */
    public Observations observe(List<Resource<?, ?>> resources, List<String> names) {
        Map<String, Views> byHost = new LinkedHashMap<>();
        names.forEach(name -> byHost.put(name, new Views()));
        resources.forEach(r -> byHost.computeIfAbsent(r.id().host(), h -> new Views())
                .of(r.becomes())
                .add(r));
        List<Asked> asked = new ArrayList<>();
        byHost.forEach((host, views) -> {
            // What the host remembers comes along with whichever script goes over the same view.
            boolean becoming = !views.become.isEmpty();
            if (becoming) {
                asked.add(new Asked(host, Optional.of(true), views.become, true));
            }
            if (!views.plain.isEmpty()) {
                asked.add(new Asked(host, Optional.of(false), views.plain, !becoming));
            } else if (!becoming) {
                asked.add(new Asked(host, Optional.empty(), List.of(), true));
            }
        });
        return merged(Threads.each(asked, forks, this::ask).values());
    }

    /** One resource, asked again. */
    <S, O> Observed<S, O> again(Resource<S, O> resource) {
        Host host = hosts.get(resource.id().host(), resource.becomes());
        Script script = script(resource.probe().script());
        CommandResult result = host.query(script, LIMIT);
        return resource.observed(new ProbeOutput(result.exit(), result.stdout(), result.stderr()));
    }

    static Script script(Sh sh) {
        return new Script(sh.script(), sh.shown());
    }

    /** The resources of one host by the view through which they are seen. */
    private static final class Views {
        private final List<Resource<?, ?>> plain = new ArrayList<>();
        private final List<Resource<?, ?>> become = new ArrayList<>();

        List<Resource<?, ?>> of(boolean becoming) {
            return becoming ? become : plain;
        }
    }

    /**
     * One script.
     *
     * @param become the view; empty for the host's own
     * @param records whether it also reads what the host remembers
     */
    private record Asked(String host, Optional<Boolean> become, List<Resource<?, ?>> resources, boolean records) {
        // A host has one of each view; comparing all its resources would tell no more.

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Asked that && host.equals(that.host) && become.equals(that.become);
        }

        @Override
        public int hashCode() {
            return host.hashCode();
        }
    }

    private record Answer(
            String host,
            Map<ResourceId, Observed<?, ?>> seen,
            Map<ResourceId, String> failed,
            Optional<String> unreachable,
            List<OwnedRecord> owned) {}

    private Answer ask(Asked asked) {
        String name = asked.host();
        List<Resource<?, ?>> resources = asked.resources();
        try {
            Host host = asked.become().map(b -> hosts.get(name, b)).orElseGet(() -> hosts.own(name));
            Frames frames = new Frames(nonce());
            int records = asked.records() ? frames.add(RECORDS) : -1;
            List<Asking<?, ?>> asking = new ArrayList<>(resources.size());
            resources.forEach(r -> asking.add(Asking.of(r, frames)));
            Script script = new Script(frames.script(), "observe " + resources.size() + " resources");
            CommandResult result = host.query(script, LIMIT);
            Frames.Answers answers = frames.answers(result.stdout(), result.stderr());
            Map<ResourceId, Observed<?, ?>> seen = new HashMap<>();
            Map<ResourceId, String> failed = new HashMap<>();
            asking.forEach(one -> one.read(answers, seen, failed));
            List<OwnedRecord> owned = new ArrayList<>();
            Optional.of(records)
                    .filter(number -> number >= 0)
                    .flatMap(answers::of)
                    .ifPresent(o -> o.lines()
                            .forEach(line -> OwnedRecord.parse(name, line).ifPresent(owned::add)));
            listener.host(name, HostEvent.OBSERVED, "");
            return new Answer(name, seen, failed, Optional.empty(), owned);
        } catch (HostUnreachableException e) {
            listener.host(name, HostEvent.UNREACHABLE, message(e));
            return new Answer(name, Map.of(), Map.of(), Optional.of(message(e)), List.of());
        } catch (HostException e) {
            Map<ResourceId, String> failed = new HashMap<>();
            resources.forEach(r -> failed.put(r.id(), message(e)));
            return new Answer(name, Map.of(), failed, Optional.empty(), List.of());
        }
    }

    /** A resource that a script asks for, and under which number. */
    private record Asking<S, O>(Resource<S, O> resource, Probe<O> probe, int number) {
        static <S, O> Asking<S, O> of(Resource<S, O> resource, Frames frames) {
            Probe<O> probe = resource.probe();
            return new Asking<>(resource, probe, frames.add(probe.script()));
        }

        void read(Frames.Answers answers, Map<ResourceId, Observed<?, ?>> seen, Map<ResourceId, String> failed) {
            Optional<ProbeOutput> output = answers.of(number);
            if (output.isEmpty()) {
                failed.put(resource.id(), "the host's shell ended before it answered");
                return;
            }
            try {
                seen.put(resource.id(), new Observed<>(resource, probe.parse().apply(output.get())));
            } catch (ProbeException e) {
                failed.put(resource.id(), message(e));
            }
        }
    }

    private static Observations merged(Collection<Answer> answers) {
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

    static String nonce() {
        byte[] bytes = new byte[12];
        RANDOM.nextBytes(bytes);
        return "tplctl-" + HexFormat.of().formatHex(bytes);
    }
}
