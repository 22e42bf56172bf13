package tplctl.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExplainTextTest {
    @Test
    void explainsAKind() {
        Golden.check("explain-kind.txt", explain("mounts"));
    }

    @Test
    void explainsACountedKindWithNestedFields() {
        Golden.check("explain-counted.txt", explain("vms"));
    }

    @Test
    void explainsAFieldWithFieldsOfItsOwn() {
        Golden.check("explain-field.txt", explain("vms.machine"));
    }

    @Test
    void explainsANestedField() {
        assertThat(explain("vms.machine.ram"))
                .isEqualTo(
                        "FIELD\n  vms.machine.ram  a size such as 512M or 2G; required\n      memory of the machine\n");
    }

    @Test
    void explainsAKeyOfEveryResource() {
        assertThat(explain("mounts.retries")).contains("how often a failed step is tried again");
        assertThat(explain("mounts.when")).contains("mounts.when  a condition");
        assertThat(explain("vms.count")).contains("vms.count  a whole number", "NAME-1 to NAME-N");
        assertThat(ExplainText.of("mounts.count", Samples.KINDS, Style.PLAIN).found())
                .isFalse();
    }

    @Test
    void listsTheKinds() {
        Golden.check("explain-kinds.txt", ExplainText.kinds(Samples.KINDS, Style.PLAIN));
    }

    @Test
    void suggestsTheNearestNameForAWrongOne() {
        assertThat(ExplainText.of("mount", Samples.KINDS, Style.PLAIN))
                .isEqualTo(new ExplainText.Answer(false, "there is no kind \"mount\"; did you mean \"mounts\"?"));
        assertThat(ExplainText.of("vms.machine.rm", Samples.KINDS, Style.PLAIN))
                .isEqualTo(new ExplainText.Answer(false, "vms.machine has no field \"rm\"; did you mean \"ram\"?"));
        assertThat(ExplainText.of("vms.machine.ram.x", Samples.KINDS, Style.PLAIN))
                .isEqualTo(new ExplainText.Answer(false, "vms.machine.ram has no field \"x\"; it has no fields"));
        assertThat(ExplainText.of("vms.cuont", Samples.KINDS, Style.PLAIN).text())
                .isEqualTo("vms has no field \"cuont\"; did you mean \"count\"?");
        assertThat(ExplainText.of("vms.", Samples.KINDS, Style.PLAIN).found()).isFalse();
    }

    private static String explain(String path) {
        ExplainText.Answer answer = ExplainText.of(path, Samples.KINDS, Style.PLAIN);
        assertThat(answer.found()).isTrue();
        return answer.text();
    }
}
