package tplctl.relay;

import static tplctl.relay.SectionType.COMMAND;
import static tplctl.relay.SectionType.END;
import static tplctl.relay.SectionType.EOF;
import static tplctl.relay.SectionType.FOOTER;
import static tplctl.relay.SectionType.FULL;
import static tplctl.relay.SectionType.PART;
import static tplctl.relay.SectionType.START;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Map;
import java.util.Optional;

/** The sections of a stream in their order (qemu_loadvm_state_main); those of RAM go through {@link RamFilter}. */
final class TemplateAwareFilter implements StreamFilter {
    private final Map<String, TemplatePages> templates;
    private final int capacity;
    private volatile FilterStatistics statistics = FilterStatistics.NONE;

    /** {@code capacity} is that of the buffers, in bytes; two pages at least. */
    TemplateAwareFilter(Map<String, TemplatePages> templates, int capacity) {
        this.templates = Map.copyOf(templates);
        this.capacity = capacity;
    }

    @Override
    public FilterStatistics statistics() {
        return statistics;
    }

    @Override
    public FilterStatistics filter(ReadableByteChannel in, WritableByteChannel out) throws IOException {
        return new Run(in, out).all();
    }

    /** One stream. */
    private final class Run {
        private final StreamReader in;
        private final StreamWriter out;
        private Optional<RamFilter> ram = Optional.empty();
        private long ramSection;
        private boolean ramEnded;
        private long deviceStateBytes;

        private Run(ReadableByteChannel in, WritableByteChannel out) {
            this.out = new StreamWriter(out, Math.min(capacity, StreamWriter.CAPACITY));
            this.in = new StreamReader(in, this::beforeRead, capacity);
        }

        private void beforeRead() throws IOException {
            publish();
            out.flush();
        }

        private void publish() {
            if (ram.isPresent()) {
                statistics = ram.get().statistics(deviceStateBytes);
            } else {
                statistics = new FilterStatistics(in.bytesRead(), out.bytesWritten(), 0, 0, 0, 0, 0, 0, 0);
            }
        }

        private FilterStatistics all() throws IOException {
            Configuration.Parsed start = Configuration.read(in);
            start.configuration().write(out);
            int type = start.next();
            while (true) {
                long at = in.offset() - 1;
                if (ramEnded && (type == FULL || type == EOF)) {
                    deviceState(type);
                    publish();
                    return statistics;
                }
                switch (type) {
                    case COMMAND -> command();
                    case START -> start(at);
                    case PART, END -> more(type, at);
                    default -> throw unknown(type, at);
                }
                type = in.u8("a section, or the end mark");
            }
        }

        private StreamFormatException unknown(int type, long at) {
            String expected = ramEnded ? "device state or a command" : "the section \"ram\" or a command";
            return new StreamFormatException(
                    at,
                    expected,
                    switch (type) {
                        case EOF -> "the end mark before the end of RAM";
                        case FULL -> "device state before the end of RAM";
                        default -> "the section type " + StreamReader.hex(type);
                    });
        }

        /** Each command but these turns the stream into that of postcopy or COLO. */
        private void command() throws IOException {
            long at = in.offset();
            int command = in.u16("a command");
            int length = in.u16("the length of a command");
            boolean known = ((command == 1 || command == 11) && length == 0) || (command == 2 && length == 4);
            if (!known) {
                throw new StreamFormatException(
                        at,
                        "the command OPEN_RETURN_PATH (1), PING (2) or SWITCHOVER_START (11)",
                        "the command " + command + " of " + length + " bytes");
            }
            ByteBuffer data = in.borrow(length, "a command's data");
            out.u8(COMMAND);
            out.u16(command);
            out.u16(length);
            out.bytes(data);
        }

        private void start(long at) throws IOException {
            long section = in.u32("a section's number");
            String name = in.name("a section's name");
            long instance = in.u32("a section's instance");
            long version = in.u32("a section's version");
            if (!name.equals("ram") || instance != 0 || version != RamBlocks.VERSION || ram.isPresent()) {
                throw new StreamFormatException(
                        at,
                        "the section \"ram\", once, instance 0, version 4",
                        "the section \"" + name + "\", instance " + instance + ", version " + version);
            }
            RamBlocks blocks = RamBlocks.read(in, templates);
            RamFilter filter = new RamFilter(in, out, blocks);
            ramSection = section;
            ram = Optional.of(filter);
            out.u8(START);
            out.u32(section);
            out.name(name);
            out.u32(instance);
            out.u32(version);
            blocks.write(out);
            filter.records();
            footer();
        }

        private void more(int type, long at) throws IOException {
            long section = in.u32("a section's number");
            if (ram.isEmpty() || ramEnded || section != ramSection) {
                throw new StreamFormatException(
                        at,
                        ramEnded ? "no more of RAM" : "more of the section \"ram\" behind its start",
                        "more of the section number " + section);
            }
            out.u8(type);
            out.u32(section);
            ram.get().records();
            footer();
            ramEnded = type == END;
        }

        private void footer() throws IOException {
            long at = in.offset();
            int mark = in.u8("a section's footer");
            long section = in.u32("the section's number in its footer");
            if (mark != FOOTER || section != ramSection) {
                throw new StreamFormatException(
                        at,
                        "the footer of section " + ramSection,
                        StreamReader.hex(mark) + " and the number " + section);
            }
            out.u8(FOOTER);
            out.u32(section);
        }

        /** Sections of devices have no lengths: all bytes to the end are passed on as they are. */
        private void deviceState(int type) throws IOException {
            EndDetector end = new EndDetector();
            end.next(type);
            out.u8(type);
            deviceStateBytes = 1;
            for (ByteBuffer some = in.borrowSome(); some.hasRemaining(); some = in.borrowSome()) {
                deviceStateBytes += some.remaining();
                end.next(some);
                out.bytes(some);
            }
            if (!end.isComplete()) {
                throw new StreamFormatException(
                        in.offset(), "more device state, or the rest of its description", "the end of the stream");
            }
        }
    }
}
