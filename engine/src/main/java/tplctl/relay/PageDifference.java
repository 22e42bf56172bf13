package tplctl.relay;

import java.nio.ByteBuffer;

/**
 * A page as its difference from another, in the encoding of QEMU's XBZRLE records: again and again how many bytes stay as they are, how
 * many others follow, and these (docs/xbzrle.txt; decoded by xbzrle_decode_buffer in migration/xbzrle.c). Each of the numbers is
 * ULEB128, of two bytes at most. Runs here begin and end at multiples of eight bytes, and whatever is the same behind the last is left out.
 */
final class PageDifference {
    private static final int PAGE_SIZE = TemplatePages.PAGE_SIZE;
    private static final int WORD = Long.BYTES;

    /** A longer one is not worth the loader's time: half a page. */
    private static final int LONGEST = PAGE_SIZE / 2;

    /** Every so many bytes a look at whether anything is the same at all; a page of other contents is recognised by that. */
    private static final int STRIDE = PAGE_SIZE / 16;

    /** Two, of two bytes at most. */
    private static final int NUMBERS = 4;

    private static final int SEVEN_BITS = 0x7f;
    private static final int MORE = 0x80;

    private final ByteBuffer encoded = ByteBuffer.allocate(PAGE_SIZE);

    /**
     * Whether {@code after} is to be sent as its difference from {@code before}, which is then {@link #encoded}. Not so when that is
     * long, nor when there is none. Both are pages, and stay as they are.
     */
    boolean encode(ByteBuffer before, ByteBuffer after) {
        int old = before.position();
        int page = after.position();
        if (isAnother(before, old, after, page)) {
            return false;
        }
        encoded.clear();
        int at = 0;
        while (at < PAGE_SIZE) {
            int start = at;
            while (at < PAGE_SIZE && before.getLong(old + at) == after.getLong(page + at)) {
                at += WORD;
            }
            if (at == PAGE_SIZE) {
                break;
            }
            int same = at - start;
            start = at;
            while (at < PAGE_SIZE && before.getLong(old + at) != after.getLong(page + at)) {
                at += WORD;
            }
            if (encoded.position() + NUMBERS + at - start > LONGEST) {
                return false;
            }
            number(same);
            number(at - start);
            encoded.put(encoded.position(), after, page + start, at - start);
            encoded.position(encoded.position() + at - start);
        }
        encoded.flip();
        return encoded.hasRemaining();
    }

    private static boolean isAnother(ByteBuffer before, int old, ByteBuffer after, int page) {
        for (int at = 0; at < PAGE_SIZE; at += STRIDE) {
            if (before.getLong(old + at) == after.getLong(page + at)) {
                return false;
            }
        }
        return true;
    }

    private void number(int value) {
        if (value <= SEVEN_BITS) {
            encoded.put((byte) value);
        } else {
            encoded.put((byte) ((value & SEVEN_BITS) | MORE)).put((byte) (value >> 7));
        }
    }

    /** What {@link #encode} found, until it is called again. */
    ByteBuffer encoded() {
        return encoded;
    }
}
