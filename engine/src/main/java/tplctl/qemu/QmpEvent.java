package tplctl.qemu;

import com.google.gson.JsonObject;

/**
 * Something that the emulator tells unasked.
 *
 * @param name like {@code STOP}
 * @param data empty when the event has none
 * @param microseconds since the epoch by the host's clock; negative when the host could not tell
 */
public record QmpEvent(String name, JsonObject data, long microseconds) {}
