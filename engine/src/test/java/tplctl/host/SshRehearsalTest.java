package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SshRehearsalTest {
    @Test
    void doesAllThatALoginTakes() {
        assertThat(SshRehearsal.perform()).isTrue();
    }
}
