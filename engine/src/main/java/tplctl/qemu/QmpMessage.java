package tplctl.qemu;

import com.google.gson.JsonElement;

/** A line from the emulator, by the "QMP specification" in its documentation. */
sealed interface QmpMessage {
    record Greeting(QmpVersion version) implements QmpMessage {}

    record Success(long id, JsonElement value) implements QmpMessage {}

    record Failure(long id, String errorClass, String desc) implements QmpMessage {}

    record Event(QmpEvent event) implements QmpMessage {}
}
