package tplctl.host;

import java.time.Duration;

/**
 * That and why we ended a script before it ended itself.
 *
 * @param lastWords what its stderr held before we ended it; shells add a word on that of their own
 */
record ScriptEnding(Why why, String lastWords) {
    enum Why {
        TIMEOUT,
        INTERRUPT,
        TOO_LONG
    }

    /** @param alive whether it still runs, in spite of all */
    HostException exception(String host, Script script, Duration limit, boolean alive) {
        String shown = script.shown();
        String last = (alive ? "; it cannot be killed and still runs" : "") + HostException.lastLines(lastWords);
        return switch (why) {
            case TIMEOUT ->
                new HostTimeoutException(host, shown, "did not end within " + seconds(limit) + " and was ended" + last);
            case INTERRUPT -> new HostInterruptedException(host, shown, "interrupted" + last);
            case TOO_LONG ->
                new HostException(
                        host,
                        shown,
                        "wrote more than " + (Output.STDOUT_BOUND >> 20) + " MiB to stdout and was ended" + last);
        };
    }

    static String seconds(Duration limit) {
        return limit.toMillis() % 1000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
    }
}
