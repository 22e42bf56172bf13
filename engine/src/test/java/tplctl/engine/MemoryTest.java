package tplctl.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryTest {
    private static final long GIB = 1L << 30;
    private static final long KIB = 1024;

    @Test
    void aCloneOnATmpfsOwnsItsCopiedPagesAndSharesTheOthersItTouched() {
        Memory memory = Memory.of(
                List.of(
                        "7f1a00000000 default file=/mnt/ramdisk/memory anon=10 dirty=10 mapped=100 N0=110 kernelpagesize_kB=4"),
                """
                7f1a00000000-7f1a40000000 rw-p 00000000 00:2c 3 /mnt/ramdisk/memory
                Size:            1048576 kB
                Rss:                 440 kB
                Anonymous:            40 kB
                Shared_Hugetlb:        0 kB
                Private_Hugetlb:       0 kB
                7ffd0c000000-7ffd0c021000 rw-p 00000000 00:00 0 [stack]
                Size:                132 kB
                Rss:                  32 kB
                Anonymous:            32 kB
                """.lines().toList(),
                List.of(GIB));
        assertThat(memory).isEqualTo(new Memory(40 * KIB, 400 * KIB));
    }

    @Test
    void aCloneOnHugetlbfsCountsHugePages() {
        Memory memory = Memory.of(
                List.of(
                        "7f1a00000000 default file=/mnt/hugetlb/memory\\040(deleted) huge anon=3 dirty=3 N0=20 kernelpagesize_kB=2048"),
                """
                7f1a00000000-7f1a40000000 rw-p 00000000 00:2b 77 /mnt/hugetlb/memory (deleted)
                Size:            1048576 kB
                Rss:                   0 kB
                Anonymous:             0 kB
                Shared_Hugetlb:    32768 kB
                Private_Hugetlb:    8192 kB
                """.lines().toList(),
                List.of(GIB));
        assertThat(memory).isEqualTo(new Memory(3 * 2048 * KIB, (40960 - 3 * 2048) * KIB));
    }

    @Test
    void aPlainBootOwnsAllThatItTouched() {
        Memory memory = Memory.of(
                List.of("7f1a00000000 default anon=25 dirty=25 N0=25 kernelpagesize_kB=4"),
                """
                7f1a00000000-7f1a40000000 rw-p 00000000 00:00 0
                Size:            1048576 kB
                Rss:                 100 kB
                Anonymous:           100 kB
                """.lines().toList(),
                List.of(GIB));
        assertThat(memory).isEqualTo(new Memory(100 * KIB, 0));
    }

    @Test
    void theTranslatorsBufferOfTheSameSizeIsNotTheGuestsRam() {
        Memory memory = Memory.of(List.of(), """
                7f0000000000-7f0040000000 rwxp 00000000 00:00 0
                Size:            1048576 kB
                Rss:                9000 kB
                Anonymous:          9000 kB
                7f0080000000-7f00c0000000 rw-p 00000000 00:00 0
                Size:            1048576 kB
                Rss:                 700 kB
                Anonymous:           700 kB
                7f1a00000000-7f1a40000000 rw-p 00000000 00:2c 3 /mnt/ramdisk/memory
                Size:            1048576 kB
                Rss:                 440 kB
                Anonymous:             0 kB
                """.lines().toList(), List.of(GIB));
        assertThat(memory).isEqualTo(new Memory(0, 440 * KIB));
    }

    @Test
    void nodesAreAddedUpAndNoMappingCountsTwice() {
        Memory memory = Memory.of(List.of(), """
                7f1a00000000-7f1a20000000 rw-p 00000000 00:2c 3 /mnt/ramdisk/memory
                Size:             524288 kB
                Rss:                 440 kB
                Anonymous:            40 kB
                7f1b00000000-7f1b20000000 rw-p 00000000 00:2c 4 /mnt/ramdisk/memory.1
                Size:             524288 kB
                Rss:                 100 kB
                Anonymous:             8 kB
                """.lines().toList(), List.of(GIB / 2, GIB / 2));
        assertThat(memory).isEqualTo(new Memory(48 * KIB, 492 * KIB));
    }

    @Test
    void withoutAMappingOfThatSizeNothingIsSaid() {
        assertThat(Memory.of(List.of(), List.of(), List.of(GIB))).isEqualTo(new Memory(0, 0));
        assertThat(Memory.of(List.of(), List.of("garbage", "Rss:", "7f-8f", "Size: x kB"), List.of(GIB)))
                .isEqualTo(new Memory(0, 0));
    }
}
