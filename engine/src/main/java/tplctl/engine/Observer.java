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
import org.jspecify.annotations.Nullable;
import tplctl.host.CommandResult;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.host.HostUnreachableException;
import tplctl.host.Script;
import tplctl.kind.ProbeOutput;
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
        resources.forEach(r -> {
            if (r.elsewhere().isEmpty()) {
                view(byHost, r.id().host(), r).alone.add(r);
            } else {
                Question.of(r).forEach(q -> view(byHost, q.host(), r).shared.add(q));
            }
        });
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
                asked.add(new Asked(host, Optional.empty(), views.plain, true));
            }
        });
        Replies replies = new Replies();
        Threads.each(asked, forks, this::ask).values().forEach(replies::add);
        return replies.observations();
    }

    private static View view(Map<String, Views> byHost, String host, Resource<?, ?> resource) {
        Views views = byHost.computeIfAbsent(host, h -> new Views());
        return resource.becomes() ? views.become : views.plain;
    }

    /** One resource, asked again. */
    <S, O> Observed<S, O> again(Resource<S, O> resource) {
        Map<String, ProbeOutput.Elsewhere> others = new HashMap<>();
        List<Question<S, O>> questions = Question.of(resource);
        ProbeOutput own = again(questions.get(0));
        for (Question<S, O> other : questions.subList(1, questions.size())) {
            try {
                others.put(other.host(), ProbeOutput.Elsewhere.of(again(other)));
            } catch (HostUnreachableException e) {
                others.put(other.host(), ProbeOutput.Elsewhere.unreachable(message(e)));
            }
        }
        return questions.get(0).read(own.with(others));
    }

    private ProbeOutput again(Question<?, ?> question) {
        CommandResult result =
                hosts.get(question.host(), question.resource().becomes()).query(script(question.script()), LIMIT);
        return new ProbeOutput(result.exit(), result.stdout(), result.stderr());
    }

    static Script script(Sh sh) {
        return new Script(sh.script(), sh.shown());
    }

    /** What one host is asked through the view of one user. */
    private static final class View {
        /** What no other host is asked about; the questions are made when they are asked, or those of all hosts would fill the heap. */
        private final List<Resource<?, ?>> alone = new ArrayList<>();

        private final List<Question<?, ?>> shared = new ArrayList<>();

        boolean isEmpty() {
            return alone.isEmpty() && shared.isEmpty();
        }

        List<Question<?, ?>> questions() {
            List<Question<?, ?>> all = new ArrayList<>(alone.size() + shared.size());
            alone.forEach(r -> all.addAll(Question.of(r)));
            all.addAll(shared);
            return all;
        }
    }

    /** What one host is asked. */
    private static final class Views {
        private final View plain = new View();
        private final View become = new View();
    }

    /**
     * One script.
     *
     * @param become whose view; empty for the host's own
     * @param records whether it also reads what the host remembers
     */
    private record Asked(String host, Optional<Boolean> become, View view, boolean records) {
        // A host has one of each view; comparing all its questions would tell no more.

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Asked that && host.equals(that.host) && become.equals(that.become);
        }

        @Override
        public int hashCode() {
            return host.hashCode();
        }
    }

    private Reply ask(Asked asked) {
        String name = asked.host();
        List<Question<?, ?>> questions = asked.view().questions();
        Reply reply = new Reply(name);
        try {
            Host host = asked.become().map(b -> hosts.get(name, b)).orElseGet(() -> hosts.own(name));
            Frames frames = new Frames(nonce());
            int records = asked.records() ? frames.add(RECORDS) : -1;
            int first = records + 1;
            questions.forEach(q -> frames.add(q.script()));
            Script script = new Script(frames.script(), "observe " + questions.size() + " resources");
            CommandResult result = host.query(script, LIMIT);
            Frames.Answers answers = frames.answers(result.stdout(), result.stderr());
            for (int i = 0; i < questions.size(); i++) {
                reply.to(questions.get(i), answers.of(first + i));
            }
            if (records >= 0) {
                answers.of(records)
                        .ifPresent(o -> o.lines()
                                .forEach(line -> OwnedRecord.parse(name, line).ifPresent(reply.owned::add)));
            }
            listener.host(name, HostEvent.OBSERVED, "");
        } catch (HostUnreachableException e) {
            listener.host(name, HostEvent.UNREACHABLE, message(e));
            reply.unreachable(questions, message(e));
        } catch (HostException e) {
            reply.failed(questions, message(e));
        }
        return reply;
    }

    static String message(RuntimeException e) {
        return Optional.ofNullable(e.getMessage()).orElseGet(() -> e.getClass().getSimpleName());
    }

    static String nonce() {
        byte[] bytes = new byte[12];
        RANDOM.nextBytes(bytes);
        return "tplctl-" + HexFormat.of().formatHex(bytes);
    }
}
