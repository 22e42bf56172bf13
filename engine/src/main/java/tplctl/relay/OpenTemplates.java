package tplctl.relay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Templates' memory files, opened and read ahead before the migration that needs them. Any thread may call. */
final class OpenTemplates {
    private final Map<Path, TemplatePages> open = new HashMap<>();

    synchronized void readAhead(Path memory) throws IOException {
        if (!open.containsKey(memory)) {
            TemplatePages pages = TemplatePages.open(memory);
            pages.readAhead();
            open.put(memory, pages);
        }
    }

    /** Its pages, the caller's to close, whether they were opened before or not. */
    synchronized TemplatePages take(Path memory) throws IOException {
        Optional<TemplatePages> pages = Optional.ofNullable(open.remove(memory));
        return pages.isPresent() ? pages.get() : TemplatePages.open(memory);
    }
}
