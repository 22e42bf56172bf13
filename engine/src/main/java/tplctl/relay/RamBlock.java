package tplctl.relay;

import java.util.Optional;

/** A block of guest RAM in this stream: its name, length, template if it has one, and which of its pages were sent. */
final class RamBlock {
    private final String name;
    private final int index;
    private final long length;
    private final Optional<Template> template;

    /** Its base, and a bit for each page that the destination no longer has from it. */
    static final class Template {
        private final TemplatePages pages;
        private final long[] sent;

        private Template(TemplatePages pages) {
            this.pages = pages;
            this.sent = new long[Math.toIntExact((pages.size() / TemplatePages.PAGE_SIZE + 63) / 64)];
        }

        TemplatePages pages() {
            return pages;
        }

        boolean wasSent(long offset) {
            long page = offset / TemplatePages.PAGE_SIZE;
            return (sent[(int) (page >>> 6)] & 1L << page) != 0;
        }

        void sent(long offset) {
            long page = offset / TemplatePages.PAGE_SIZE;
            sent[(int) (page >>> 6)] |= 1L << page;
        }
    }

    /** {@code index} is its place in the stream's list. */
    RamBlock(String name, int index, long length, Optional<TemplatePages> template) {
        this.name = name;
        this.index = index;
        this.length = length;
        this.template = template.map(Template::new);
    }

    String name() {
        return name;
    }

    int index() {
        return index;
    }

    /** In bytes. */
    long length() {
        return length;
    }

    Optional<Template> template() {
        return template;
    }
}
