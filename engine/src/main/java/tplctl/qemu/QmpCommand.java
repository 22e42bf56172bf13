package tplctl.qemu;

import com.google.gson.JsonObject;

/** A command of QMP. The arguments are not copied: leave them alone until the command was executed. */
public record QmpCommand(String name, JsonObject arguments) {
    public static QmpCommand of(String name) {
        return new QmpCommand(name, new JsonObject());
    }
}
