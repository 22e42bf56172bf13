package tplctl.relay;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What QEMU's loader makes of a stream (qemu_loadvm_state, ram_load_precopy), written apart from the filter and with
 * none of its code.
 *
 * @param events everything but RAM records and the borders of their sections, in order
 * @param lengths of the RAM blocks
 * @param pages by block and offset: the last content that was sent
 * @param tail all bytes behind RAM
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Loaded(List<String> events, Map<String, Long> lengths, Map<String, Map<Long, byte[]>> pages, byte[] tail) {
    /** The loader would have failed. */
    static final class RejectedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        RejectedException(String why) {
            super(why);
        }
    }

    static Loaded load(byte[] stream) {
        return load(stream, Map.of());
    }

    /** Into memory that has these contents, by the blocks' names; differences are in them. */
    static Loaded load(byte[] stream, Map<String, byte[]> memory) {
        try {
            return new Loader(stream, memory).load();
        } catch (IOException e) {
            throw new RejectedException("cut short: " + e);
        }
    }

    private static final class Loader {
        private final DataInputStream in;
        private final List<String> events = new ArrayList<>();
        private final Map<String, Long> lengths = new LinkedHashMap<>();
        private final Map<String, Map<Long, byte[]>> pages = new HashMap<>();
        private final Map<String, byte[]> memory;
        private String last = "";
        private int ram = -1;

        private Loader(byte[] stream, Map<String, byte[]> memory) {
            this.memory = memory;
            in = new DataInputStream(new ByteArrayInputStream(stream));
        }

        private Loaded load() throws IOException {
            require(in.readInt() == 0x5145564d && in.readInt() == 3, "header");
            require(in.readByte() == 7, "configuration");
            events.add("machine " + text(in.readInt()));
            int type = in.readUnsignedByte();
            for (; type == 5; type = in.readUnsignedByte()) {
                String name = name();
                int version = in.readInt();
                int length = name.endsWith("uuid") ? 16 : 4;
                events.add(name + version + text(length));
            }
            boolean ended = false;
            while (!(ended && type != 8)) {
                switch (type) {
                    case 1 -> {
                        ram = in.readInt();
                        events.add("start " + ram + name() + in.readInt() + "v" + in.readInt());
                        payload();
                    }
                    case 2, 3 -> {
                        require(in.readInt() == ram, "section");
                        payload();
                        ended = type == 3;
                    }
                    case 8 -> events.add("command " + in.readUnsignedShort() + text(in.readUnsignedShort()));
                    default -> throw new RejectedException("section type " + type);
                }
                type = in.readUnsignedByte();
            }
            byte[] rest = in.readAllBytes();
            byte[] tail = new byte[rest.length + 1];
            tail[0] = (byte) type;
            System.arraycopy(rest, 0, tail, 1, rest.length);
            return new Loaded(events, lengths, pages, tail);
        }

        private void payload() throws IOException {
            while (true) {
                long word = in.readLong();
                int flags = (int) (word & 0xfff);
                long offset = word - flags;
                if (flags == 0x10) {
                    require(in.readByte() == 0x7e && in.readInt() == ram, "footer");
                    return;
                }
                if (flags == 4) {
                    list(offset);
                    continue;
                }
                int kind = flags & ~0x20;
                require(kind == 2 || kind == 8 || kind == 0x40, "flags " + flags);
                if ((flags & 0x20) == 0) {
                    last = name();
                }
                Map<Long, byte[]> block = pages.getOrDefault(last, Map.of());
                require(offset >= 0 && offset < lengths.getOrDefault(last, 0L), "block and offset");
                byte[] page = new byte[4096];
                if (kind == 8) {
                    in.readFully(page);
                } else if (kind == 0x40) {
                    page = held(block, offset);
                    difference(page);
                } else {
                    require(in.readByte() == 0, "fill");
                }
                block.put(offset, page);
            }
        }

        private byte[] held(Map<Long, byte[]> block, long offset) {
            byte[] sent = block.get(offset);
            if (sent != null) {
                return sent.clone();
            }
            byte[] content = memory.get(last);
            require(content != null, "a difference from nothing");
            return Arrays.copyOfRange(content, (int) offset, (int) offset + 4096);
        }

        /** As load_xbzrle and xbzrle_decode_buffer. */
        private void difference(byte[] page) throws IOException {
            require(in.readByte() == 1, "encoding");
            byte[] encoded = new byte[in.readUnsignedShort()];
            require(encoded.length <= page.length, "length");
            in.readFully(encoded);
            int from = 0;
            int to = 0;
            while (from < encoded.length) {
                require(encoded.length - from >= 2, "run");
                boolean first = from == 0;
                int same = number(encoded, from);
                require(first || same > 0, "run of nothing");
                from += encoded[from] < 0 ? 2 : 1;
                to += same;
                require(to <= page.length && encoded.length - from >= 2, "run");
                int others = number(encoded, from);
                from += encoded[from] < 0 ? 2 : 1;
                require(others > 0 && to + others <= page.length && from + others <= encoded.length, "run");
                System.arraycopy(encoded, from, page, to, others);
                from += others;
                to += others;
            }
        }

        private static int number(byte[] encoded, int at) {
            require(encoded[at] >= 0 || encoded[at + 1] >= 0, "number");
            return encoded[at] >= 0 ? encoded[at] : (encoded[at] & 0x7f) | (encoded[at + 1] << 7);
        }

        private void list(long total) throws IOException {
            for (long left = total; left > 0; ) {
                String name = name();
                long length = in.readLong();
                require(length > 0, "length");
                events.add("block " + name + " of " + length);
                lengths.put(name, length);
                pages.put(name, new HashMap<>());
                left -= length;
            }
        }

        private String name() throws IOException {
            return text(in.readUnsignedByte());
        }

        private String text(int length) throws IOException {
            byte[] bytes = in.readNBytes(length);
            require(bytes.length == length, "end");
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }

        private static void require(boolean right, String what) {
            if (!right) {
                throw new RejectedException(what);
            }
        }
    }
}
