package tplctl.relay;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Map;

/** Passes one migration stream on, whole or without what the destination has. Good for one stream. */
public interface StreamFilter {
    /**
     * Passes the stream on until it ends. Memory is bounded: buffers of about a megabyte and one bit for each page of a
     * template. A full output makes it stop reading. All that was understood is written before it waits for input, so
     * that neither end waits for bytes held here.
     *
     * @param in blocking; left open
     * @param out blocking; left open
     * @throws StreamFormatException when the stream holds what this filter does not know, none of which is then written,
     *     or ends early. What came before may have been written: the destination has to be ended.
     * @throws IOException when a channel fails, or a template cannot be read
     */
    FilterStatistics filter(ReadableByteChannel in, WritableByteChannel out) throws IOException;

    /** What was done so far, of any moment in the last megabyte; any thread may ask. */
    FilterStatistics statistics();

    /**
     * A filter that leaves out each page that equals the template's and was never sent before.
     *
     * @param templates by the RAM block's name (`mem0`); each must be in the stream, with exactly its template's length.
     *     Their bytes must be those that the destination maps. Left open.
     */
    static StreamFilter templateAware(Map<String, TemplatePages> templates) {
        return new TemplateAwareFilter(templates, StreamReader.CAPACITY);
    }

    /** A filter that passes everything on, looks at nothing and only counts bytes. */
    static StreamFilter full() {
        return new FullFilter();
    }
}
