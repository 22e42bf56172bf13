package tplctl.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.Change;
import tplctl.kind.Content;
import tplctl.kind.Field;
import tplctl.kind.Impact;
import tplctl.kind.Kind;
import tplctl.kind.Probe;
import tplctl.kind.Removal;
import tplctl.kind.Schema;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.kind.Types;

/** A kind for tests of commands: a note with a text, as a host has it or not. */
final class Notes implements Kind<Notes.Note, Notes.Note> {
    /** Wanted or there; the empty text is none. */
    record Note(String text) {}

    /** What a host answers that has a note of a text that only replacing can change. */
    static final String CARVED = "carved in stone";

    private static final Field<String> TEXT = Field.required("text", Types.WORD, "what it says");
    private static final Schema<Note> SCHEMA = new Schema<>("a note", List.of(TEXT), (v, to) -> new Note(v.get(TEXT)));

    @Override
    public String name() {
        return "notes";
    }

    @Override
    public String doc() {
        return "A note with that text is on the host.";
    }

    @Override
    public String example() {
        return "notes:\n  one: { text: hello }\n";
    }

    @Override
    public Schema<Note> schema() {
        return SCHEMA;
    }

    @Override
    public Probe<Note> probe(Subject self, Note want) {
        return new Probe<>(Sh.of("read {}", self.name()), output -> new Note(output.stdout()));
    }

    @Override
    public List<Change> changes(Subject self, Note want, Note have) {
        if (want.equals(have)) {
            return List.of();
        }
        Step write = new Step.WriteFile("/notes/" + self.name(), Content.of(want.text() + "\n"), "0644", "");
        Impact impact =
                have.text().isEmpty() ? Impact.CREATE : have.text().equals(CARVED) ? Impact.REPLACE : Impact.UPDATE;
        return List.of(new Change(impact, "text", have.text(), want.text(), List.of(write)));
    }

    @Override
    public Optional<Map<String, String>> trace(Subject self, Note want, Note have) {
        return Optional.of(Map.of());
    }

    @Override
    public Removal removal(Subject self, Map<String, String> trace) {
        return new Removal("/notes/" + self.name());
    }
}
