package tplctl.diag;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DiagnosticsTest {
    @Test
    void anErrorThatIsReportedAgainIsShownOnceAndCountsAgain() {
        Diagnostics errors = new Diagnostics();
        Position here = new Position("f", 1, 1);
        errors.error(here, "wrong", "");
        int before = errors.errorCount();
        errors.error(here, "wrong", "");
        assertThat(errors.errorCount()).isGreaterThan(before);
        assertThat(errors.sorted()).hasSize(1);
    }

    @Test
    void aWarningIsNoError() {
        Diagnostics errors = new Diagnostics();
        errors.warn(new Position("f", 1, 1), "odd", "");
        assertThat(errors.hasErrors()).isFalse();
        assertThat(errors.errorCount()).isZero();
        assertThat(errors.sorted()).hasSize(1);
    }
}
