package tplctl.host;

/**
 * How a script ended.
 *
 * @param exit its exit code; 128 + n when signal n ended its shell
 * @param stdout what it wrote, decoded as UTF-8, bytes that are none replaced by U+FFFD
 * @param stderr the same; of more than 64 KiB only the last
 */
public record CommandResult(int exit, String stdout, String stderr) {
    public boolean ok() {
        return exit == 0;
    }
}
