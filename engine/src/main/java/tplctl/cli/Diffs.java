package tplctl.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.engine.FileReader;
import tplctl.kind.Change;
import tplctl.kind.ResourceId;
import tplctl.kind.Step;
import tplctl.model.Plan;
import tplctl.model.PlannedResource;
import tplctl.report.UnifiedDiff;

/** What a plan changes inside files. */
final class Diffs {
    private Diffs() {}

    private record Wanted(ResourceId id, Step.WriteFile file) {}

    /** For each resource that writes files, how they differ from those that the host has. */
    static Map<ResourceId, String> of(Plan plan, Session session) {
        Map<Wanted, Session.FileAt> wanted = new LinkedHashMap<>();
        for (PlannedResource planned : plan.inOrder()) {
            for (Change change : planned.changes()) {
                for (Step step : change.steps()) {
                    if (step instanceof Step.WriteFile file) {
                        wanted.put(
                                new Wanted(planned.id(), file),
                                new Session.FileAt(
                                        planned.id().host(), planned.resource().becomes(), file.path()));
                    }
                }
            }
        }
        if (wanted.isEmpty()) {
            return Map.of();
        }
        Map<Session.FileAt, FileReader.Found> found = session.read(new ArrayList<>(List.copyOf(wanted.values())));
        Map<ResourceId, String> diffs = new HashMap<>();
        wanted.forEach((want, at) -> diffs.merge(
                want.id(),
                diff(
                        want.file(),
                        Optional.ofNullable(found.get(at))
                                .orElseGet(() -> new FileReader.Found(Optional.empty(), "it was not read"))),
                String::concat));
        return diffs;
    }

    private static String diff(Step.WriteFile file, FileReader.Found before) {
        if (!before.problem().isEmpty()) {
            return file.path() + " cannot be compared: " + before.problem() + "\n";
        }
        Optional<String> old = text(before.content().orElse(new byte[0]));
        Optional<String> wanted = text(file.content().bytes());
        return old.isPresent() && wanted.isPresent()
                ? UnifiedDiff.of(file.path(), old.get(), wanted.get())
                : "binary file " + file.path() + " differs\n";
    }

    private static Optional<String> text(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.indexOf('\0') >= 0 ? Optional.empty() : Optional.of(text);
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
