package tplctl.qemu;

/** The emulator answered a command with an error. */
public final class QmpException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String command;
    private final String errorClass;
    private final String desc;

    /**
     * @param name of the emulator
     * @param errorClass one of the QAPI schema's {@code QapiErrorClass}, such as {@code GenericError} or {@code CommandNotFound}
     * @param desc in English, for people; not to be parsed
     */
    public QmpException(String name, String command, String errorClass, String desc) {
        super(name + ": QMP " + command + ": " + desc + " (" + errorClass + ")");
        this.command = command;
        this.errorClass = errorClass;
        this.desc = desc;
    }

    public String command() {
        return command;
    }

    public String errorClass() {
        return errorClass;
    }

    public String desc() {
        return desc;
    }
}
