package tplctl.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.kind.ResourceId;

class NumberingTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7, 8, 9, 100, 5000})
    void givesEachIdItsPlaceAndNoOtherANumber(int count) {
        Random random = new Random(count);
        Set<ResourceId> some = new LinkedHashSet<>();
        while (some.size() < count) {
            some.add(new ResourceId("h" + random.nextInt(count), "files", "f" + random.nextInt(20)));
        }
        List<ResourceId> ids = new ArrayList<>(some);
        Numbering numbering = new Numbering(ids.subList(0, count / 3));
        for (ResourceId id : ids) {
            int known = numbering.of(id);
            assertThat(known).isEqualTo(ids.indexOf(id) < count / 3 ? ids.indexOf(id) : -1);
            assertThat(numbering.add(id)).isEqualTo(known);
            assertThat(numbering.add(id)).isEqualTo(numbering.of(id));
        }
        assertThat(numbering.ids()).isEqualTo(ids);
        assertThat(numbering.asSet()).containsExactlyElementsOf(ids);
        for (int i = 0; i < ids.size(); i++) {
            ResourceId equal = new ResourceId(
                    new String(ids.get(i).host()),
                    "files",
                    new String(ids.get(i).name()));
            assertThat(numbering.of(equal)).isEqualTo(i);
        }
        for (ResourceId other :
                List.of(new ResourceId("h0", "files", "g"), new ResourceId("h" + count, "files", "f0"))) {
            assertThat(numbering.of(other)).isEqualTo(-1);
            assertThat(numbering.asSet()).doesNotContain(other);
        }
    }

    /** "Aa" and "BB" have the same hash. */
    @Test
    void tellsIdsOfOneHashApart() {
        List<ResourceId> ids = new ArrayList<>();
        for (String host : List.of("AaAa", "AaBB", "BBAa", "BBBB")) {
            ids.add(new ResourceId(host, "files", "f"));
        }
        assertThat(ids.stream().map(ResourceId::hashCode).distinct()).hasSize(1);
        Numbering numbering = new Numbering(ids.subList(0, 3));
        assertThat(ids.stream().map(numbering::of)).containsExactly(0, 1, 2, -1);
    }
}
