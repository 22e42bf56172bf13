package tplctl.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;

class FramesTest {
    private static final String NONCE = "tplctl-0123";

    static Stream<List<String>> shells() {
        return Stream.of(List.of("dash"), List.of("busybox", "sh"));
    }

    @ParameterizedTest
    @MethodSource("shells")
    void eachProbeGetsItsOwnAnswerWhateverTheOthersDo(List<String> shell) throws Exception {
        List<String> probes = List.of(
                "echo one",
                "printf 'no newline'; printf err >&2; exit 3",
                ":",
                "exec >/dev/null; echo lost",
                "set -e; false; echo never",
                "tplctl_mark() { echo mine; }; x=1; cd /tmp; umask 777",
                "printf '\\ntplctl-9999 end 6 0\\n\\ntplctl-9999 begin 7\\n'",
                "printf '\\n%s begin 8\\n' other; echo \"x${x}x\" # a comment",
                "kill -9 $(sh -c 'echo $PPID')",
                "echo last; no-such-command");
        Frames frames = new Frames(NONCE);
        probes.forEach(p -> frames.add(Sh.of(p)));
        Ran ran = run(shell, frames.script());
        List<ProbeOutput> answers = new ArrayList<>();
        for (int i = 0; i < probes.size(); i++) {
            answers.add(frames.answer(i, ran.stdout(), ran.stderr()).orElseThrow());
        }
        assertThat(answers.get(0)).isEqualTo(new ProbeOutput(0, "one\n", ""));
        assertThat(answers.get(1)).isEqualTo(new ProbeOutput(3, "no newline", "err"));
        assertThat(answers.get(2)).isEqualTo(new ProbeOutput(0, "", ""));
        assertThat(answers.get(3)).isEqualTo(new ProbeOutput(0, "", ""));
        assertThat(answers.get(4)).isEqualTo(new ProbeOutput(1, "", ""));
        assertThat(answers.get(5)).isEqualTo(new ProbeOutput(0, "", ""));
        assertThat(answers.get(6).stdout()).contains("tplctl-9999 end 6 0");
        assertThat(answers.get(7).stdout()).isEqualTo("\nother begin 8\nxx\n");
        assertThat(answers.get(8).exit()).isEqualTo(137);
        assertThat(answers.get(9).exit()).isEqualTo(127);
        assertThat(answers.get(9).stdout()).isEqualTo("last\n");
        assertThat(answers.get(9).stderr()).contains("no-such-command");
    }

    @Test
    void aStreamThatWasCutAnswersWhatWasWholeOnly() throws Exception {
        Frames frames = new Frames(NONCE);
        frames.add(Sh.of("echo a"));
        frames.add(Sh.of("echo b"));
        Ran ran = run(List.of("sh"), frames.script());
        for (int cut = 0; cut < ran.stdout().length(); cut++) {
            String part = ran.stdout().substring(0, cut);
            frames.answer(0, part, ran.stderr())
                    .ifPresent(o -> assertThat(o.stdout()).isEqualTo("a\n"));
            assertThat(frames.answer(1, part, ran.stderr())).isEmpty();
        }
    }

    @Test
    void theFirstProbesKeepTheirAnswersWhenTheHostKeptOnlyTheLastOfStderr() throws Exception {
        Frames frames = new Frames(NONCE);
        frames.add(Sh.of("echo a; echo noise >&2; exit 4"));
        frames.add(Sh.of("echo b; echo words >&2"));
        Ran ran = run(List.of("sh"), frames.script());
        String last = ran.stderr().substring(ran.stderr().indexOf("end 0"));
        assertThat(frames.answer(0, ran.stdout(), last)).contains(new ProbeOutput(4, "a\n", ""));
        assertThat(frames.answer(1, ran.stdout(), last)).contains(new ProbeOutput(0, "b\n", "words\n"));
    }

    @Test
    void manyProbesHaveTheNumberTheyWereAddedUnder() throws Exception {
        Frames frames = new Frames(NONCE);
        for (int i = 0; i < 120; i++) {
            assertThat(frames.add(Sh.of("echo {}", i))).isEqualTo(i);
        }
        Ran ran = run(List.of("sh"), frames.script());
        for (int i = 0; i < 120; i++) {
            assertThat(frames.answer(i, ran.stdout(), ran.stderr())
                            .orElseThrow()
                            .lines())
                    .containsExactly(Integer.toString(i));
        }
    }

    private record Ran(String stdout, String stderr) {}

    private static Ran run(List<String> shell, String script) throws IOException {
        List<String> argv = new ArrayList<>(shell);
        argv.addAll(List.of("-c", script));
        java.io.File errors = java.io.File.createTempFile("frames", ".err");
        try {
            Process process = new ProcessBuilder(argv).redirectError(errors).start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ran(out, java.nio.file.Files.readString(errors.toPath()));
        } finally {
            java.nio.file.Files.delete(errors.toPath());
        }
    }
}
