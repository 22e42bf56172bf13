package tplctl.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnedRecordTest {
    private static final OwnedRecord RECORD = new OwnedRecord(
            Playbooks.id("things.a"),
            "my site",
            List.of("h2:things.b"),
            List.of("/mnt/o'dd \"path\"\n\u00fc"),
            true,
            Map.of("memory", "/m", "x", "\\"));

    @Test
    void comesBackAsItWasWrittenInOneLine() {
        assertThat(RECORD.toJson()).doesNotContain("\n");
        assertThat(OwnedRecord.parse("h1", RECORD.toJson())).contains(RECORD);
    }

    @Test
    void liesWithItsOwner() {
        assertThat(RECORD.path()).matches("/var/lib/tplctl/owned/my site/things\\.a@[0-9a-f]{8}\\.json");
        assertThat(Playbooks.record("site", "things.a").path()).isEqualTo("/var/lib/tplctl/owned/site/things.a.json");
    }

    @Test
    void aRecordThatWasCutShortIsNone() {
        String whole = RECORD.toJson();
        for (int i = 0; i < whole.length(); i++) {
            assertThat(OwnedRecord.parse("h1", whole.substring(0, i))).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "7",
                "null",
                "text",
                "{\"kind\":\"a\",\"name\":\"b\",\"owner\":\"o\",\"needs\":[],\"provides\":[],\"protect\":false}",
                "{\"kind\":\"a\",\"name\":\"b\",\"owner\":\"o\",\"needs\":[],\"provides\":[],\"protect\":false,\"trace\":\"x\"}",
                "{\"kind\":\"a\",\"name\":\"b\",\"owner\":\"o\",\"needs\":\"x\",\"provides\":[],\"protect\":false,\"trace\":{}}",
                "{\"kind\":\"a\",\"name\":\"b\",\"owner\":\"o\",\"needs\":[{}],\"provides\":[],\"protect\":false,\"trace\":{}}",
                "{\"kind\":\"a\",\"name\":\"b\",\"owner\":\"o\",\"needs\":[],\"provides\":[],\"protect\":false,\"trace\":{\"a\":[1,2]}}",
                "{\"kind\":[],\"name\":\"b\",\"owner\":\"o\",\"needs\":[],\"provides\":[],\"protect\":false,\"trace\":{}}"
            })
    void garbageIsNone(String line) {
        assertThat(OwnedRecord.parse("h1", line)).isEmpty();
    }
}
