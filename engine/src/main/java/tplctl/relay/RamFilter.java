package tplctl.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The records of the "ram" sections. Holds over all of a migration, as both ends do: which block was last named in
 * either direction, and which pages were sent.
 *
 * <p>A page is left out if its content is that of the template and no record for it was passed on before, and its first record says in
 * what it differs from the template's if that is half a page at most. Afterwards the destination holds something else there, and each later record
 * counts, as it is.
 */
final class RamFilter {
    private static final int PAGE_SIZE = TemplatePages.PAGE_SIZE;
    private static final long FLAGS = PAGE_SIZE - 1;

    /** The first byte of an XBZRLE record (migration/ram.c). */
    private static final int ENCODING_FLAG_XBZRLE = 1;

    private final StreamReader in;
    private final StreamWriter out;
    private final RamBlocks blocks;
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(PAGE_SIZE);
    private final PageDifference difference = new PageDifference();
    private Optional<RamBlock> blockIn = Optional.empty();
    private Optional<RamBlock> blockOut = Optional.empty();

    private int lastIndex;
    private long lastOffset = -1;
    private long rounds;
    private long dataDropped;
    private long zeroDropped;
    private long dataSent;
    private long zeroSent;
    private long otherSent;

    RamFilter(StreamReader in, StreamWriter out, RamBlocks blocks) {
        this.in = in;
        this.out = out;
        this.blocks = blocks;
    }

    /** Passes on the records of one section, up to its EOS. */
    void records() throws IOException {
        while (true) {
            long at = in.offset();
            long word = in.u64("a RAM record");
            int flags = (int) (word & FLAGS);
            long offset = word & ~FLAGS;
            switch (flags & ~RamFlags.CONTINUE) {
                case RamFlags.PAGE -> data(block(at, flags, offset), offset);
                case RamFlags.ZERO -> zero(block(at, flags, offset), offset);
                default -> {
                    if (word == RamFlags.EOS) {
                        out.u64(word);
                        return;
                    }
                    throw new StreamFormatException(at, "a PAGE, a ZERO or EOS", RamFlags.describe(word));
                }
            }
        }
    }

    private RamBlock block(long at, int flags, long offset) throws IOException {
        RamBlock block;
        if ((flags & RamFlags.CONTINUE) == 0) {
            String name = in.name("the name of a RAM block");
            block = blocks.named(name)
                    .orElseThrow(() -> new StreamFormatException(at, "a RAM block of the list", name));
            blockIn = Optional.of(block);
        } else if (blockIn.isPresent()) {
            block = blockIn.get();
        } else {
            throw new StreamFormatException(at, "the name of a RAM block in the first record", "CONTINUE");
        }
        if (offset < 0 || offset >= block.length()) {
            throw new StreamFormatException(
                    at,
                    "a page of " + block.name() + " below " + StreamReader.hex(block.length()),
                    "one at " + StreamReader.hex(offset));
        }
        if (rounds == 0 || block.index() < lastIndex || (block.index() == lastIndex && offset <= lastOffset)) {
            rounds++;
        }
        lastIndex = block.index();
        lastOffset = offset;
        return block;
    }

    private void data(RamBlock block, long offset) throws IOException {
        ByteBuffer page = in.borrow(PAGE_SIZE, "a page of 4096 bytes");
        if (block.template().isEmpty()) {
            otherSent++;
            header(block, offset, RamFlags.PAGE);
            out.bytes(page);
        } else {
            data(block, block.template().get(), offset, page);
        }
    }

    private void data(RamBlock block, RamBlock.Template template, long offset, ByteBuffer page) throws IOException {
        // Only then does the destination have there what the template has.
        boolean untouched = !template.wasSent(offset);
        if (untouched && template.pages().equal(offset, page)) {
            dataDropped++;
            return;
        }
        template.sent(offset);
        if (zeros.mismatch(page) < 0) {
            zeroSent++;
            header(block, offset, RamFlags.ZERO);
            out.u8(0);
            return;
        }
        dataSent++;
        if (untouched && difference.encode(template.pages().page(offset), page)) {
            header(block, offset, RamFlags.XBZRLE);
            out.u8(ENCODING_FLAG_XBZRLE);
            out.u16(difference.encoded().remaining());
            out.bytes(difference.encoded());
        } else {
            header(block, offset, RamFlags.PAGE);
            out.bytes(page);
        }
    }

    private void zero(RamBlock block, long offset) throws IOException {
        long at = in.offset();
        int fill = in.u8("the 0 of a ZERO record");
        if (fill != 0) {
            throw new StreamFormatException(at, "the 0 of a ZERO record", StreamReader.hex(fill));
        }
        if (block.template().isEmpty()) {
            otherSent++;
        } else if (isZeroHeld(block.template().get(), offset)) {
            zeroDropped++;
            return;
        } else {
            zeroSent++;
        }
        header(block, offset, RamFlags.ZERO);
        out.u8(0);
    }

    /** Whether the destination has zeros there already; if not, it will from now on. */
    private static boolean isZeroHeld(RamBlock.Template template, long offset) throws IOException {
        if (template.wasSent(offset)) {
            return false;
        }
        if (template.pages().isZero(offset)) {
            return true;
        }
        template.sent(offset);
        return false;
    }

    /** The input's CONTINUE may refer to a record that was left out, so the output has its own. */
    private void header(RamBlock block, long offset, int flag) throws IOException {
        if (blockOut.isPresent() && blockOut.get() == block) {
            out.u64(offset | flag | RamFlags.CONTINUE);
        } else {
            out.u64(offset | flag);
            out.name(block.name());
            blockOut = Optional.of(block);
        }
    }

    FilterStatistics statistics(long deviceStateBytes) {
        return new FilterStatistics(
                in.bytesRead(),
                out.bytesWritten(),
                dataDropped,
                zeroDropped,
                dataSent,
                zeroSent,
                otherSent,
                rounds,
                deviceStateBytes);
    }
}
