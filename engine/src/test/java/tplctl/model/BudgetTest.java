package tplctl.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tplctl.kind.Claim;
import tplctl.kind.ResourceId;

class BudgetTest {
    private static final String TEMPLATE = "the template base";

    private static ResourceId move(String name) {
        return new ResourceId("o40", "migrations", name);
    }

    private static Claim pages(long takes) {
        return new Claim("huge pages of 2M", "pages", 600, takes, 0);
    }

    @Test
    void whatSeveralNeedIsTakenOnce() {
        Budget budget = new Budget();
        for (String name : new String[] {"web-1", "web-2", "web-3"}) {
            budget.add(move(name), pages(512).once(TEMPLATE));
            budget.add(move(name), pages(20));
        }
        assertThat(budget.problems()).isEmpty();

        budget.add(move("web-4"), pages(512).once(TEMPLATE));
        budget.add(move("web-4"), pages(30));
        assertThat(budget.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.message())
                    .isEqualTo("not enough huge pages of 2M on o40: the plan takes 602 (the template base 512,"
                            + " migrations.web-1 20, migrations.web-2 20, migrations.web-3 20, migrations.web-4 30),"
                            + " there will be 600");
            assertThat(problem.advice()).isEqualTo("make the pool larger by 2, or ask for less");
            assertThat(problem.all()).contains(move("web-1"), move("web-2"), move("web-3"), move("web-4"));
        });
    }

    @Test
    void whatTwoThingsAreForIsTakenForEach() {
        Budget budget = new Budget();
        budget.add(move("web-1"), pages(400).once(TEMPLATE));
        budget.add(move("db-1"), pages(400).once("the template database"));
        assertThat(budget.problems()).hasSize(1);
    }
}
