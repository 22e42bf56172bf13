package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A clone that was told who it is moves, with its agent's channel and its card. */
@Timeout(480)
class MoveGuestIT {
    private static final String WEB =
            "web-1: { template: told, nics: [{ netdev: user }], guest: { hostname: web-1, machine_id: new } }";

    @TempDir
    Path dir;

    private MoveLab lab;

    @BeforeEach
    void setUp() {
        lab = new MoveLab(dir).template("told", "agent: true");
    }

    @AfterEach
    void tearDown() {
        lab.close();
    }

    @Test
    void isToldOnlyWhatIsNewWhereItWent() {
        lab.vms("web-1: { template: told, nics: [{ netdev: user }] }").write();
        lab.tplctl("apply", "-q").exits(0);
        PlayedAgent here = PlayedAgent.of(lab.from, "web-1");
        lab.vms(WEB).write();
        lab.tplctl("apply", "-q").exits(0);
        assertThat(here.asked()).singleElement().asString().contains("web-1", "/etc/machine-id");
        int before = MoveLab.count(lab.from, "web-1");

        lab.write("web-1: { from: o41, to: o40, mode: template-aware }");
        JsonObject report = Json.of(lab.tplctl("apply", "--yes", "-o", "json").exits(0));
        assertThat(MoveLab.resource(report, "o40:migrations.web-1")
                        .getAsJsonObject("metrics")
                        .get("mode")
                        .getAsString())
                .isEqualTo("template-aware");
        MoveLab.counts(lab.to, "web-1", before);
        PlayedAgent there = PlayedAgent.of(lab.to, "web-1");

        lab.settled();
        lab.write();
        lab.settled();
        assertThat(there.asked()).isEmpty();

        lab.vms(WEB.replace("hostname: web-1", "hostname: web-9")).write("web-1: { from: o41, to: o40 }");
        lab.tplctl("apply", "-q").exits(0);
        lab.settled();
        assertThat(there.asked()).singleElement().asString().contains("web-9").doesNotContain("/etc/machine-id");
        lab.tplctl("destroy", "--yes").exits(0);
        assertThat(here.asked()).hasSize(1);
    }
}
