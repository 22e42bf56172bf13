package tplctl.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tplctl.kind.ProbeOutput;
import tplctl.machine.Remnants.Destination;
import tplctl.machine.Remnants.Mark;
import tplctl.machine.Remnants.Source;
import tplctl.machine.Remnants.Verdict;

class RemnantsTest {
    @ParameterizedTest
    @CsvSource({
        "RUNNING,     NONE,   NONE,      false, MOVE",
        "PAUSED,      NONE,   NONE,      false, MOVE",
        "RUNNING,     MOVED,  NONE,      false, MOVE",
        "RUNNING,     MOVING, NONE,      false, DISCARD_AND_MOVE",
        "PAUSED,      MOVING, INMIGRATE, true,  DISCARD_AND_MOVE",
        "RUNNING,     MOVING, LOADED,    true,  DISCARD_AND_MOVE",
        "RUNNING,     NONE,   NONE,      true,  DISCARD_AND_MOVE",
        "NONE,        NONE,   NONE,      false, RESTART_AND_MOVE",
        "NONE,        NONE,   LOADED,    true,  RESTART_AND_MOVE",
        "NONE,        MOVING, NONE,      false, RESTART_AND_MOVE",
        "NONE,        MOVING, INMIGRATE, true,  RESTART_AND_MOVE",
        "NONE,        MOVING, LOADED,    true,  CONTINUE_THERE",
        "NONE,        MOVED,  LOADED,    true,  CONTINUE_THERE",
        "NONE,        MOVED,  NONE,      true,  BOOT_THERE",
        "NONE,        MOVED,  INMIGRATE, true,  BOOT_THERE",
        "POSTMIGRATE, MOVING, LOADED,    true,  CONTINUE_THERE",
        "POSTMIGRATE, MOVED,  LOADED,    true,  CONTINUE_THERE",
        "POSTMIGRATE, MOVING, NONE,      false, BOOT_THERE",
        "POSTMIGRATE, MOVED,  RUNNING,   true,  FINISH",
        "NONE,        MOVED,  RUNNING,   true,  FINISH",
        "NONE,        MOVING, RUNNING,   false, FINISH",
        "NONE,        MOVED,  RUNNING,   false, DONE",
        "RUNNING,     NONE,   RUNNING,   false, REFUSE",
        "PAUSED,      MOVED,  RUNNING,   false, REFUSE",
        "MIGRATING,   MOVING, NONE,      false, CANCEL",
        "MIGRATING,   MOVING, INMIGRATE, true,  CANCEL",
        "MIGRATING,   MOVING, LOADED,    true,  CANCEL",
        "MIGRATING,   MOVING, RUNNING,   true,  REFUSE",
        "MIGRATING,   NONE,   NONE,      false, REFUSE",
        "MIGRATING,   MOVED,  NONE,      false, REFUSE",
        "OTHER,       MOVING, LOADED,    true,  REFUSE",
        "OTHER,       NONE,   NONE,      false, REFUSE"
    })
    void decides(Source source, Mark mark, Destination destination, boolean incoming, Verdict verdict) {
        assertThat(Remnants.decide(source, mark, destination, incoming)).isEqualTo(verdict);
    }

    @Test
    void neverLetsBothRunAndNeverContinuesASourceThatHandedOver() {
        List<Verdict> lettingTheSourceRun = List.of(Verdict.MOVE, Verdict.DISCARD_AND_MOVE, Verdict.RESTART_AND_MOVE);
        List<String> wrong = new ArrayList<>();
        for (Source source : Source.values()) {
            for (Mark mark : Mark.values()) {
                for (Destination destination : Destination.values()) {
                    for (boolean incoming : List.of(true, false)) {
                        Verdict verdict = Remnants.decide(source, mark, destination, incoming);
                        boolean handedOver =
                                source == Source.POSTMIGRATE || (source == Source.NONE && mark == Mark.MOVED);
                        if (lettingTheSourceRun.contains(verdict)
                                && (handedOver || destination == Destination.RUNNING)) {
                            wrong.add(source + " " + mark + " " + destination + " " + verdict);
                        }
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void readsTheMarksThatItWritesAndNoOthers() {
        MoveMark mark = new MoveMark("web", "site", "o40", "u", "x", "2026-11-23T04:00:00Z");
        assertThat(MoveMark.parse(mark.toJson())).contains(mark);
        assertThat(MoveMark.parse("{\"schema\":\"tplctl.move/v1\"")).isEmpty();
        assertThat(MoveMark.parse("")).isEmpty();
        MoveMarks unreadable = MoveMarks.of(Answers.of(new ProbeOutput(0, "moved \n", "")), "o41");
        assertThat(unreadable.isMoved()).isTrue();
        assertThat(unreadable.to()).isEqualTo("another host");
        MoveMarks both =
                MoveMarks.of(Answers.of(new ProbeOutput(0, "incoming {}\nmoving " + mark.toJson() + "\n", "")), "o41");
        assertThat(both).isEqualTo(new MoveMarks(Mark.MOVING, true, java.util.Optional.of(mark)));
        Answers seenThere = Answers.of(new ProbeOutput(0, "moved " + mark.toJson() + "\n", ""));
        assertThat(MoveMarks.of(seenThere, "o40").leaving()).isEqualTo(Mark.NONE);
        assertThat(MoveMarks.ledHere(seenThere, "o40")).isTrue();
        assertThat(MoveMarks.ledHere(seenThere, "o41")).isFalse();
    }
}
