package tplctl.machine;

/**
 * One option argument of QEMU's {@code key=value,…} syntax. A comma within a value is doubled, as QemuOpts reads it
 * (util/qemu-option.c, get_opt_value); every other character goes through as it is.
 */
final class Opts {
    private final StringBuilder text = new StringBuilder();

    /** Starts with the implied key's value, such as a device's name. */
    static Opts of(String first) {
        Opts opts = new Opts();
        opts.text.append(escaped(first));
        return opts;
    }

    static Opts with(String key, Object value) {
        Opts opts = new Opts();
        opts.text.append(key).append('=').append(escaped(value.toString()));
        return opts;
    }

    Opts and(String key, Object value) {
        text.append(',').append(key).append('=').append(escaped(value.toString()));
        return this;
    }

    /** Adds option text of the user's own, taken as QEMU syntax. */
    Opts raw(String more) {
        text.append(',').append(more);
        return this;
    }

    static String escaped(String value) {
        return value.replace(",", ",,");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
