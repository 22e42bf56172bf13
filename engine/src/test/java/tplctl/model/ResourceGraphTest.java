package tplctl.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ResourceGraphTest {
    @Test
    void aReferenceIsAnEdge() {
        assertThat(edges("things:", "  a: { ref: b }", "  b:")).containsExactly("h1:things.a needs h1:things.b");
    }

    @Test
    void needsIsAnEdgeAlsoAcrossHosts() {
        Project project = Playbooks.project("""
                - hosts: h1
                  things:
                    a: { needs: [h2:things.b, things.c] }
                    c:
                - hosts: h2
                  things: { b: }
                """);
        assertThat(edges(project))
                .containsExactlyInAnyOrder("h1:things.a needs h2:things.b", "h1:things.a needs h1:things.c");
        assertThat(order(project).indexOf("h2:things.b"))
                .isLessThan(order(project).indexOf("h1:things.a"));
    }

    @Test
    void theNameOfACountedOneMeansAllOfThemAndAnInstancesNameOnlyIt() {
        assertThat(edges("things:", "  web: { count: 3 }", "  a: { needs: things.web }", "  b: { ref: web-2 }"))
                .containsExactlyInAnyOrder(
                        "h1:things.a needs h1:things.web-1",
                        "h1:things.a needs h1:things.web-2",
                        "h1:things.a needs h1:things.web-3",
                        "h1:things.b needs h1:things.web-2");
    }

    @Test
    void whatLiesOnOrUnderAPathComesAfterItsProvider() {
        assertThat(edges(
                        "things:",
                        "  mount: { path: /mnt/r }",
                        "  file: { path: /mnt/r/x/state }",
                        "  user: { on: /mnt/r }",
                        "  beside: { path: /mnt/rx }",
                        "  above: { on: /mnt }"))
                .containsExactlyInAnyOrder(
                        "h1:things.file lies on /mnt/r of h1:things.mount",
                        "h1:things.user lies on /mnt/r of h1:things.mount");
    }

    @Test
    void aPathOnAnotherHostIsAnotherPath() {
        Project project = Playbooks.project("""
                - hosts: [h1, h2]
                  things: { m: { path: /mnt } }
                - hosts: h1
                  things: { f: { path: /mnt/f } }
                """);
        assertThat(edges(project)).containsExactly("h1:things.f lies on /mnt of h1:things.m");
    }

    @Test
    void whatIsNestedStandsOnEveryLayer() {
        assertThat(edges("things:", "  a: { path: / }", "  b: { path: /b }", "  c: { path: /b/c }"))
                .containsExactlyInAnyOrder(
                        "h1:things.b lies on / of h1:things.a",
                        "h1:things.c lies on /b of h1:things.b",
                        "h1:things.c lies on / of h1:things.a");
    }

    @Test
    void kindsHaveTheirUsualOrderOnAHost() {
        assertThat(edges("lasts:", "  z:", "firsts:", "  a:"))
                .containsExactly("h1:lasts.z usually comes after h1:firsts.a");
    }

    @Test
    void aNeedTheOtherWayDropsTheUsualOrder() {
        assertThat(edges("lasts:", "  z:", "  y:", "firsts:", "  a: { needs: lasts.z }"))
                .containsExactlyInAnyOrder(
                        "h1:firsts.a needs h1:lasts.z", "h1:lasts.y usually comes after h1:firsts.a");
    }

    @Test
    void aLongWayTheOtherWayDropsItToo() {
        assertThat(edges("lasts:", "  z:", "things:", "  m: { needs: lasts.z }", "firsts:", "  a: { needs: things.m }"))
                .doesNotContain("h1:lasts.z usually comes after h1:firsts.a");
    }

    @Test
    void whatFollowsAWordComesAfterAllThatMarkIt() {
        assertThat(edges("things:", "  a: { follow: pool }", "  b: { mark: pool }", "  c: { mark: other }"))
                .containsExactly("h1:things.a usually comes after h1:things.b");
    }

    @Test
    void anUnknownReferenceSuggestsTheNearestName() {
        assertThat(errors("things:", "  a: { ref: bse }", "  base:"))
                .containsExactly("3:15 there is no things.bse | did you mean \"base\"?");
        assertThat(errors("things:", "  a: { needs: firsts.x }"))
                .containsExactly("3:17 there is no firsts.x | h1 has no resource of the kind \"firsts\"");
    }

    @Test
    void aReferenceToAResourceWithErrorsOfItsOwnIsNoErrorMore() {
        assertThat(errors(
                        "things:",
                        "  a: { ref: b }",
                        "  b: { bogus: 1 }",
                        "  c: { needs: things.d }",
                        "  d: { count: 2, x: 1 }"))
                .allSatisfy(e -> assertThat(e).contains("unknown field"))
                .hasSize(2);
    }

    @Test
    void aReferenceToNoneOfACountedOneIsMet() {
        assertThat(edges("things:", "  web: { count: 0 }", "  a: { needs: things.web }"))
                .isEmpty();
    }

    @Test
    void aReferenceToWhatIsSwitchedOffSaysSo() {
        assertThat(errors(
                        "things:",
                        "  a: { ref: b }",
                        "  b: { when: false }",
                        "  c: { ref: d }",
                        "  d: { count: 2, when: false }"))
                .containsExactly(
                        "3:15 things.b is switched off by its \"when\" | give this resource the same \"when\"",
                        "5:15 things.d is switched off by its \"when\" | give this resource the same \"when\"");
    }

    @Test
    void nothingNeedsItself() {
        assertThat(errors("things:", "  a: { ref: a }")).containsExactly("3:15 things.a needs itself | remove it here");
    }

    @Test
    void aPathHasOneProvider() {
        assertThat(errors("things:", "  a: { path: /x }", "  b: { path: /x/ }"))
                .containsExactly("4:16 things.b and things.a both provide /x on h1"
                        + " | the other is at p.yml:3:16; give one of them another path");
    }

    @Test
    void aCycleIsToldWithEveryPositionInIt() {
        String[] play = {
            "things:",
            "  a: { ref: b }",
            "  b: { needs: things.c }",
            "  c: { path: /x/y, on: /x }",
            "  d: { path: /x, ref: a }"
        };
        for (int i = 0; i < 20; i++) {
            assertThat(errors(play)).containsExactly("""
                    3:15 dependency cycle: things.a → things.b → things.c → things.d → things.a | each of these comes after the next:
                      things.a needs things.b (p.yml:3:15)
                      things.b needs things.c (p.yml:4:17)
                      things.c lies on /x of things.d (p.yml:5:16)
                      things.d needs things.a (p.yml:6:25)""");
        }
    }

    @Test
    void tellsTheShortestWayRoundOfEachCycle() {
        assertThat(errors(
                        "things:",
                        "  a: { needs: [things.b, things.c] }",
                        "  b: { ref: c }",
                        "  c: { ref: a }",
                        "  x: { ref: y }",
                        "  y: { ref: x }"))
                .hasSize(2)
                .satisfiesExactly(
                        e -> assertThat(e).contains("things.a → things.c → things.a |"),
                        e -> assertThat(e).contains("things.x → things.y → things.x |"));
    }

    @Test
    void theIndependentKeepTheFilesOrderAndTheOthersFollow() {
        String[] play = {"things:", "  z:", "  y: { ref: b }", "  m:", "  b:", "  a:"};
        for (int i = 0; i < 20; i++) {
            assertThat(order(Playbooks.play(play)))
                    .containsExactly("h1:things.z", "h1:things.m", "h1:things.b", "h1:things.y", "h1:things.a");
        }
    }

    @Test
    void aLongChainIsOrderedWithoutRecursion() {
        String[] lines = IntStream.rangeClosed(0, 5000)
                .mapToObj(i -> i == 0 ? "things:" : "  t" + i + ": " + (i == 5000 ? "" : "{ ref: t" + (i + 1) + " }"))
                .toArray(String[]::new);
        assertThat(order(Playbooks.play(lines))).startsWith("h1:things.t5000").endsWith("h1:things.t1");
    }

    private static List<String> errors(String... lines) {
        return Playbooks.errors(Playbooks.text(lines));
    }

    private static List<String> edges(String... lines) {
        return edges(Playbooks.play(lines));
    }

    private static List<String> edges(Project project) {
        return project.graph().edges().stream()
                .map(e -> e.from() + " " + e.why() + " " + e.to())
                .toList();
    }

    private static List<String> order(Project project) {
        return project.graph().order().stream().map(Resource::toString).toList();
    }
}
