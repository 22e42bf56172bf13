package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On a tmpfs, which is where templates mostly lie. */
@Timeout(60)
final class FileTemplatePagesTest {
    private static final int PAGES = 2000;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(4096);

    private Path file = Path.of("/dev/shm");

    @BeforeEach
    void create() throws IOException {
        file = Files.createTempFile(Path.of("/dev/shm"), "template", ".memory");
    }

    @AfterEach
    void remove() throws IOException {
        Files.delete(file);
    }

    private void truncate(long length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(Math.min(length, channel.size()));
            if (length > channel.size()) {
                channel.write(ByteBuffer.allocate(1), length - 1);
            }
        }
    }

    private long blocks() throws IOException {
        Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
        return Long.parseLong(new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip());
    }

    @Test
    void findsThePagesOfTheFileInAnyOrder() throws IOException {
        byte[] content = new byte[PAGES * 4096];
        new Random(1).nextBytes(content);
        Files.write(file, content);
        try (TemplatePages pages = TemplatePages.open(file)) {
            assertThat(pages.size()).isEqualTo(content.length);
            Random random = new Random(2);
            int next = 0;
            for (int i = 0; i < 5 * PAGES; i++) {
                next = random.nextInt(50) == 0 ? random.nextInt(PAGES) : (next + 1) % PAGES;
                ByteBuffer page = ByteBuffer.allocateDirect(4096)
                        .put(content, next * 4096, 4096)
                        .flip();
                assertThat(pages.equal(next * 4096L, page)).isTrue();
                int at = random.nextInt(4096);
                page.put(at, (byte) (page.get(at) + 1));
                assertThat(pages.equal(next * 4096L, page)).isFalse();
                assertThat(page.remaining()).isEqualTo(4096);
            }
        }
    }

    @Test
    void readingHolesLeavesThemHoles() throws IOException {
        truncate(64L << 20);
        long before = blocks();
        assertThat(before).isLessThan(64);
        try (TemplatePages pages = TemplatePages.open(file)) {
            for (long offset = 0; offset < pages.size(); offset += 4096) {
                assertThat(pages.equal(offset, ZEROS)).isTrue();
            }
        }
        assertThat(blocks()).isEqualTo(before);
    }

    /** Every third page is zero but for a byte, in runs and alone; the file ends in the middle of a read. */
    @Test
    void whichPagesAreZeroIsFoundAheadAndIsTheSameWithout() throws Exception {
        byte[] content = new byte[PAGES * 4096];
        boolean[] zero = new boolean[PAGES];
        Random random = new Random(3);
        for (int page = 0; page < PAGES; page++) {
            zero[page] = random.nextInt(3) != 0;
            if (!zero[page]) {
                content[page * 4096 + random.nextInt(4096)] = 1;
            }
        }
        Files.write(file, content);
        try (FileChannel channel = FileChannel.open(file);
                TemplatePages asked = TemplatePages.open(file);
                TemplatePages ahead = TemplatePages.open(file)) {
            ZeroPages found = ZeroPages.of(channel, content.length);
            ahead.readAhead();
            for (int page = 0; page < PAGES; page++) {
                assertThat(asked.isZero(page * 4096L)).isEqualTo(zero[page]);
                assertThat(ahead.isZero(page * 4096L)).isEqualTo(zero[page]);
            }
            while (!found.isFound(content.length - 1)) {
                Thread.sleep(1);
            }
            for (int page = 0; page < PAGES; page++) {
                assertThat(found.isZero(page * 4096L)).as("page %s", page).isEqualTo(zero[page]);
            }
            assertThat(found.isFound(content.length)).isFalse();
        }
    }

    @Test
    void pagesThatAreKnownToBeZeroEqualZerosOnly() throws Exception {
        byte[] content = new byte[3 * 4096];
        content[2 * 4096 - 1] = 1;
        Files.write(file, content);
        ByteBuffer other = ByteBuffer.allocateDirect(4096).put(4095, (byte) 1);
        try (TemplatePages pages = TemplatePages.open(file)) {
            pages.readAhead();
            // The file's rest is known a moment later; the answers are the same before.
            for (int i = 0; i < 1000; i++) {
                assertThat(pages.equal(0, ZEROS)).isTrue();
                assertThat(pages.equal(0, other)).isFalse();
                assertThat(pages.equal(4096, ZEROS)).isFalse();
                assertThat(pages.equal(4096, other)).isTrue();
                assertThat(pages.equal(8192, ZEROS)).isTrue();
                assertThat(pages.equal(8192, other)).isFalse();
                Thread.onSpinWait();
            }
            assertThat(other.remaining()).isEqualTo(4096);
        }
    }

    @Test
    void readingAheadLeavesHolesAndAFileThatWasCutIsAnErrorStill() throws IOException {
        truncate(64L << 20);
        long before = blocks();
        try (TemplatePages pages = TemplatePages.open(file)) {
            pages.readAhead();
            for (long offset = 0; offset < pages.size(); offset += 4096) {
                assertThat(pages.isZero(offset)).isTrue();
            }
        }
        assertThat(blocks()).isEqualTo(before);
        try (TemplatePages pages = TemplatePages.open(file)) {
            truncate(4096);
            pages.readAhead();
            assertThatThrownBy(() -> pages.isZero(32L << 20)).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void templateThatWasReadAheadIsTakenOnce() throws IOException {
        Files.write(file, new byte[8192]);
        OpenTemplates templates = new OpenTemplates();
        templates.readAhead(file);
        templates.readAhead(file);
        TemplatePages first = templates.take(file);
        try (TemplatePages second = templates.take(file)) {
            assertThat(second).isNotSameAs(first);
            first.close();
            assertThat(second.isZero(4096)).isTrue();
        }
    }

    @Test
    void fileThatIsNotOfWholePagesIsRefused() throws IOException {
        Files.write(file, new byte[4097]);
        assertThatThrownBy(() -> TemplatePages.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("4097 bytes");
        Files.write(file, new byte[0]);
        assertThatThrownBy(() -> TemplatePages.open(file)).isInstanceOf(IOException.class);
    }

    @Test
    void fileThatWasCutMeanwhileIsAnErrorAndNotZeros() throws IOException {
        Files.write(file, new byte[8192]);
        try (TemplatePages pages = TemplatePages.open(file)) {
            truncate(4096);
            assertThatThrownBy(() -> pages.equal(4096, ZEROS)).isInstanceOf(EOFException.class);
        }
    }
}
