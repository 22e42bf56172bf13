package tplctl.engine;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import tplctl.kind.Change;
import tplctl.kind.ResourceId;

/** How one resource of a run ended. */
public sealed interface Outcome
        permits Outcome.Unchanged,
                Outcome.Changed,
                Outcome.Removed,
                Outcome.Failed,
                Outcome.Skipped,
                Outcome.Unreachable {
    ResourceId id();

    /** How long it took, observing included. */
    Duration took();

    <R> R accept(Visitor<R> visitor);

    interface Visitor<R> {
        R unchanged(Unchanged outcome);

        R changed(Changed outcome);

        R removed(Removed outcome);

        R failed(Failed outcome);

        R skipped(Skipped outcome);

        R unreachable(Unreachable outcome);
    }

    /** It was so already. */
    record Unchanged(ResourceId id, Duration took) implements Outcome {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.unchanged(this);
        }
    }

    /** It is so now, and was observed to be. {@code metrics} as product documentation names them. */
    record Changed(ResourceId id, Duration took, List<Change> changes, Map<String, Object> metrics) implements Outcome {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.changed(this);
        }
    }

    /** It is gone, or, with {@code notes} saying why, was left. */
    record Removed(ResourceId id, Duration took, List<String> notes) implements Outcome {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.removed(this);
        }
    }

    /** It could not be brought about. {@code doing} is the step that failed, in a few words; empty before the first. */
    record Failed(ResourceId id, Duration took, String doing, String message) implements Outcome {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.failed(this);
        }
    }

    /** It was not tried: {@code because} failed, or, when that is the resource itself, the run was interrupted first. */
    record Skipped(ResourceId id, Duration took, ResourceId because) implements Outcome {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.skipped(this);
        }

        public boolean isInterrupted() {
            return because.equals(id);
        }
    }

    /** Its host could not be reached. */
    record Unreachable(ResourceId id, Duration took, String message) implements Outcome {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.unreachable(this);
        }
    }
}
