package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InterruptsTest {
    @Test
    void keepsTheExitCodeOfTheFirstSignal() {
        List<String> reactions = new ArrayList<>();
        Interrupts interrupts = new Interrupts((times, exit) -> reactions.add(times + ":" + exit));
        assertThat(interrupts.exit()).isEmpty();
        interrupts.caught("TERM");
        interrupts.caught("INT");
        assertThat(interrupts.exit()).hasValue(143);
        assertThat(reactions).containsExactly("1:143", "2:143");
    }

    @Test
    void hearsARealSignal() throws Exception {
        List<Integer> exits = new CopyOnWriteArrayList<>();
        CountDownLatch heard = new CountDownLatch(1);
        try (Interrupts interrupts = Interrupts.install((times, exit) -> {
            exits.add(exit);
            heard.countDown();
        })) {
            new ProcessBuilder(
                            "kill",
                            "-HUP",
                            Long.toString(ProcessHandle.current().pid()))
                    .start()
                    .waitFor();
            assertThat(heard.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(interrupts.exit()).hasValue(129);
            assertThat(exits).containsExactly(129);
        }
    }
}
