package tplctl.relay;

import java.nio.ByteBuffer;

/** A template in memory. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ArrayPages(byte[] content) implements TemplatePages {
    @Override
    public long size() {
        return content.length;
    }

    @Override
    public boolean equal(long offset, ByteBuffer page) {
        return ByteBuffer.wrap(content, Math.toIntExact(offset), PAGE_SIZE).equals(page);
    }

    @Override
    public ByteBuffer page(long offset) {
        return ByteBuffer.wrap(content, Math.toIntExact(offset), PAGE_SIZE).asReadOnlyBuffer();
    }

    @Override
    public boolean isZero(long offset) {
        return equal(offset, ByteBuffer.allocate(PAGE_SIZE));
    }

    @Override
    public void readAhead() {}

    @Override
    public void close() {}
}
