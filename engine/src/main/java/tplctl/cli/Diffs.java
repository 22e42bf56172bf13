package tplctl.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tplctl.host.HostException;
import tplctl.kind.Change;
import tplctl.kind.ResourceId;
import tplctl.kind.Step;
import tplctl.model.Plan;
import tplctl.model.PlannedResource;
import tplctl.report.UnifiedDiff;

/** What a plan changes inside files. */
final class Diffs {
    private Diffs() {}

    /** For each resource that writes files, how they differ from those that the host has. */
    static Map<ResourceId, String> of(Plan plan, Session session) {
        Map<ResourceId, String> diffs = new HashMap<>();
        for (PlannedResource planned : plan.inOrder()) {
            for (Change change : planned.changes()) {
                for (Step step : change.steps()) {
                    if (step instanceof Step.WriteFile file) {
                        diffs.merge(planned.id(), diff(planned.id().host(), file, session), String::concat);
                    }
                }
            }
        }
        return diffs;
    }

    private static String diff(String host, Step.WriteFile file, Session session) {
        Optional<byte[]> before;
        try {
            before = session.read(host, file.path());
        } catch (HostException e) {
            return file.path() + " cannot be compared: " + e.getMessage() + "\n";
        }
        Optional<String> old = text(before.orElse(new byte[0]));
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
