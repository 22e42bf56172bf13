package tplctl.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tplctl.host.FakeHost;
import tplctl.host.Host;
import tplctl.host.HostUnreachableException;

@Timeout(60)
class LocksTest {
    private final Map<String, FakeHost> fakes = new LinkedHashMap<>();
    private final Hosts hosts = this::host;

    LocksTest() {
        for (String name : List.of("h1", "h2", "h3")) {
            fakes.put(name, new FakeHost(name));
        }
    }

    private Host host(String name, boolean become) {
        return Optional.ofNullable(fakes.get(name))
                .orElseThrow(() -> new HostUnreachableException(name, "no route", new IOException("no route")));
    }

    private Locks.Refused take(Locks locks, boolean partly, String... names) {
        return locks.take(hosts, List.of(names), "me", line -> {}, 8, partly, RunListener.SILENT);
    }

    @Test
    void takesAllOfThemUntilItIsClosed() {
        Locks locks = new Locks();
        assertThat(take(locks, false, "h1", "h2", "h3").isEmpty()).isTrue();
        assertThat(isFree("h2")).isFalse();
        locks.close();
        assertThat(isFree("h2")).isTrue();
    }

    @Test
    void givesAllBackWhenOneIsHeldByAnother() {
        fakes.getOrDefault("h2", new FakeHost("?")).lockedBy("ann@laptop, pid 7");
        Locks.Refused refused = take(new Locks(), false, "h1", "h2", "h3");
        assertThat(refused.held()).containsOnlyKeys("h2");
        assertThat(refused.held().values().toString()).contains("h2: locked by ann@laptop, pid 7");
        assertThat(isFree("h1") && isFree("h3")).isTrue();
    }

    /** Whatever a killed run left on those is no reason to let the user wait for a refusal. */
    @Test
    void doesNotWaitOnOthersOnceOneIsRefused() {
        Map<String, Duration> patience = new LinkedHashMap<>();
        for (String name : List.of("h1", "h2", "h3")) {
            fakes.put(name, new FakeHost(name).whenLocking(limit -> patience.put(name, limit)));
        }
        fakes.getOrDefault("h2", new FakeHost("?")).lockedBy("ann@laptop, pid 7");
        List<String> names = List.of("h1", "h2", "h3");
        for (boolean partly : List.of(false, true)) {
            try (Locks locks = new Locks()) {
                assertThat(locks.take(hosts, names, "me", line -> {}, 1, partly, RunListener.SILENT)
                                .held())
                        .containsOnlyKeys("h2");
            }
            assertThat(patience.getOrDefault("h1", Duration.ZERO)).isPositive();
            assertThat(patience.getOrDefault("h2", Duration.ZERO)).isPositive();
            assertThat(patience.getOrDefault("h3", Duration.ofDays(1)).isZero()).isEqualTo(!partly);
        }
    }

    @Test
    void keepsWhatItCouldHaveWhenToldTo() {
        fakes.getOrDefault("h2", new FakeHost("?")).lockedBy("ann@laptop, pid 7");
        Locks locks = new Locks();
        assertThat(take(locks, true, "h1", "h2", "h3").held()).containsOnlyKeys("h2");
        assertThat(isFree("h1") || isFree("h3")).isFalse();
        locks.close();
        assertThat(isFree("h1")).isTrue();
    }

    @Test
    void passesOverWhomItCannotReach() {
        try (Locks locks = new Locks()) {
            assertThat(take(locks, false, "h1", "nowhere").isEmpty()).isTrue();
            assertThat(locks.holds("h1")).isTrue();
        }
    }

    private boolean isFree(String name) {
        try (Locks other = new Locks()) {
            return take(other, false, name).isEmpty();
        }
    }
}
