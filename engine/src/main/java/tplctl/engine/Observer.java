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
        resources.forEach(r -> Question.of(r)
                .forEach(q -> byHost.computeIfAbsent(q.host(), h -> new Views())
                        .of(r.becomes())
                        .add(q)));
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

    /** What one host is asked, by the view through which it is seen. */
    private static final class Views {
        private final List<Question<?, ?>> plain = new ArrayList<>();
        private final List<Question<?, ?>> become = new ArrayList<>();

        List<Question<?, ?>> of(boolean becoming) {
            return becoming ? become : plain;
        }
    }

    /**
     * One script.
     *
     * @param become the view; empty for the host's own
     * @param records whether it also reads what the host remembers
     */
    private record Asked(String host, Optional<Boolean> become, List<Question<?, ?>> questions, boolean records) {
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

    /**
     * What came of one script.
     *
     * @param replies by question; empty where the shell ended before it
     * @param failed why there are none at all, the host being there
     */
    private record Answer(
            String host,
            List<Question<?, ?>> questions,
            List<Optional<ProbeOutput>> replies,
            Optional<String> failed,
            Optional<String> unreachable,
            List<OwnedRecord> owned) {}

    private Answer ask(Asked asked) {
        String name = asked.host();
        List<Question<?, ?>> questions = asked.questions();
        try {
            Host host = asked.become().map(b -> hosts.get(name, b)).orElseGet(() -> hosts.own(name));
            Frames frames = new Frames(nonce());
            int records = asked.records() ? frames.add(RECORDS) : -1;
            List<Integer> numbers = new ArrayList<>(questions.size());
            questions.forEach(q -> numbers.add(frames.add(q.script())));
            Script script = new Script(frames.script(), "observe " + questions.size() + " resources");
            CommandResult result = host.query(script, LIMIT);
            Frames.Answers answers = frames.answers(result.stdout(), result.stderr());
            List<Optional<ProbeOutput>> replies =
                    numbers.stream().map(answers::of).toList();
            List<OwnedRecord> owned = new ArrayList<>();
            Optional.of(records)
                    .filter(number -> number >= 0)
                    .flatMap(answers::of)
                    .ifPresent(o -> o.lines()
                            .forEach(line -> OwnedRecord.parse(name, line).ifPresent(owned::add)));
            listener.host(name, HostEvent.OBSERVED, "");
            return new Answer(name, questions, replies, Optional.empty(), Optional.empty(), owned);
        } catch (HostUnreachableException e) {
            listener.host(name, HostEvent.UNREACHABLE, message(e));
            return new Answer(name, questions, List.of(), Optional.empty(), Optional.of(message(e)), List.of());
        } catch (HostException e) {
            return new Answer(name, questions, List.of(), Optional.of(message(e)), Optional.empty(), List.of());
        }
    }

    private static Observations merged(Collection<Answer> answers) {
        Replies replies = new Replies();
        Map<String, String> unreachable = new HashMap<>();
        List<OwnedRecord> owned = new ArrayList<>();
        for (Answer answer : answers) {
            answer.unreachable().ifPresent(why -> unreachable.put(answer.host(), why));
            for (int i = 0; i < answer.questions().size(); i++) {
                reply(answer, i, replies);
            }
            owned.addAll(answer.owned());
        }
        return new Observations(replies.read(), replies.failed(), unreachable, owned);
    }

    private static void reply(Answer answer, int number, Replies replies) {
        Question<?, ?> question = answer.questions().get(number);
        if (answer.unreachable().isPresent()) {
            replies.unreachable(question, answer.unreachable().get());
        } else if (answer.failed().isPresent()) {
            replies.failed(question, answer.failed().get());
        } else {
            answer.replies()
                    .get(number)
                    .ifPresentOrElse(
                            output -> replies.answered(question, output),
                            () -> replies.failed(question, "the host's shell ended before it answered"));
        }
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
