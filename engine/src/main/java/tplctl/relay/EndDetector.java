package tplctl.relay;

import java.nio.ByteBuffer;

/**
 * Tells whether bytes that nobody understands end as a stream does: EOF (00), VMDESCRIPTION (06), a length, and exactly so
 * many bytes of JSON (qemu_savevm_state_complete_precopy_non_iterable). JSON holds no zero byte, so the last place that
 * looks like its beginning is its beginning. A machine with {@code suppress-vmdesc=on} never looks complete.
 */
final class EndDetector {
    /** 00 06, four bytes of length, and the brace that opens the JSON. */
    private static final int HEAD = 7;

    private long last;
    private long count;
    private long end = -1;

    void next(ByteBuffer bytes) {
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            next(bytes.get(i));
        }
    }

    void next(int value) {
        last = (last << 8) | (value & 0xff);
        count++;
        if (isHead()) {
            end = count - 1 + (last >>> 8 & 0xffff_ffffL);
        }
    }

    private boolean isHead() {
        return count >= HEAD && (last & 0xff) == '{' && (last >>> 40 & 0xffff) == 0x0006;
    }

    boolean isComplete() {
        return count == end;
    }
}
