package tplctl.relay;

import java.nio.ByteBuffer;

/**
 * Memory that the kernel copies into. It begins at a page's start: a large buffer of malloc(3) begins 16 bytes behind one, and there
 * {@code rep movsb}, with which Linux copies, takes four times as long on AMD's processors (engine/docs/migration.md).
 */
final class Buffers {
    private static final int PAGE_SIZE = 4096;

    private Buffers() {}

    static ByteBuffer ofPages(int capacity) {
        return ByteBuffer.allocateDirect(capacity + 2 * PAGE_SIZE)
                .alignedSlice(PAGE_SIZE)
                .limit(capacity)
                .slice();
    }
}
