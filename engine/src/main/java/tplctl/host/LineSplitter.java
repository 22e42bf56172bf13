package tplctl.host;

import java.nio.charset.StandardCharsets;

/** Cuts what comes in pieces into lines. One thread at a time may call it. */
final class LineSplitter {
    private static final int LONGEST = 4096;

    private final OutputListener listener;
    private final byte[] line = new byte[LONGEST];
    private int length;
    private boolean returned;
    private boolean told = true;

    LineSplitter(OutputListener listener) {
        this.listener = listener;
    }

    /** Takes a piece, and tells of each line that ends in it and of the one that it ends in. */
    void add(byte[] bytes, int offset, int count) {
        for (int i = offset; i < offset + count; i++) {
            take(bytes[i]);
        }
        if (!told) {
            tell(false);
        }
    }

    private void take(byte b) {
        if (b == '\n') {
            tell(true);
            length = 0;
            returned = false;
        } else if (b == '\r') {
            returned = true;
        } else {
            if (returned) {
                length = 0;
                returned = false;
            }
            if (length < LONGEST) {
                line[length++] = b;
                told = false;
            }
        }
    }

    private void tell(boolean whole) {
        told = true;
        listener.line(new String(line, 0, length, StandardCharsets.UTF_8), whole);
    }
}
