package tplctl.relay;

/** RAM_SAVE_FLAG_… of QEMU's migration/ram.c: the low bits of a record's first word. */
final class RamFlags {
    static final int ZERO = 0x02;
    static final int MEM_SIZE = 0x04;
    static final int PAGE = 0x08;
    static final int EOS = 0x10;
    static final int CONTINUE = 0x20;
    static final int XBZRLE = 0x40;

    private RamFlags() {}

    /** What is refused, by its name in QEMU. */
    static String describe(long word) {
        return switch ((int) word & (TemplatePages.PAGE_SIZE - 1) & ~CONTINUE) {
            case MEM_SIZE -> "MEM_SIZE";
            case EOS -> "EOS with more";
            case XBZRLE -> "XBZRLE (capability xbzrle)";
            case 0x80 -> "HOOK (RDMA)";
            case 0x100 -> "COMPRESS_PAGE (capability compress)";
            case 0x200 -> "MULTIFD_FLUSH (capability multifd, or QEMU 8.1.0 and 8.1.1)";
            default -> "the flags " + StreamReader.hex(word & (TemplatePages.PAGE_SIZE - 1));
        };
    }
}
