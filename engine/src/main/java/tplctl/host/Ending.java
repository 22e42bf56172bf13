package tplctl.host;

import java.util.Optional;

/** Why a connection ended: the first reason that is known. */
final class Ending {
    private volatile Optional<String> why = Optional.empty();

    Optional<String> why() {
        return why;
    }

    synchronized void because(String reason) {
        if (why.isEmpty()) {
            why = Optional.of(reason);
        }
    }
}
