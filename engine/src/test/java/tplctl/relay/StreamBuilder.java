package tplctl.relay;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes streams as QEMU's migration/savevm.c and ram.c do, and such as they never would. */
final class StreamBuilder {
    static final int RAM = 2;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    interface Part {
        void write(DataOutputStream out) throws IOException;
    }

    /** Header, CONFIGURATION without subsections, START of "ram" with its blocks. */
    static StreamBuilder started(Map<String, Long> blocks) {
        return new StreamBuilder().header("pc-i440fx-7.2").start(blocks);
    }

    StreamBuilder add(Part part) {
        try {
            part.write(out);
        } catch (IOException e) {
            throw new IllegalStateException("a byte array is always writable", e);
        }
        return this;
    }

    StreamBuilder u8(int value) {
        return add(o -> o.writeByte(value));
    }

    StreamBuilder u32(int value) {
        return add(o -> o.writeInt(value));
    }

    StreamBuilder u64(long value) {
        return add(o -> o.writeLong(value));
    }

    StreamBuilder bytes(byte[] value) {
        return add(o -> o.write(value));
    }

    StreamBuilder name(String name) {
        return u8(name.length()).bytes(name.getBytes(StandardCharsets.US_ASCII));
    }

    StreamBuilder header(String machine) {
        return u32(0x5145564d).u32(3).u8(7).u32(machine.length()).bytes(machine.getBytes(StandardCharsets.US_ASCII));
    }

    StreamBuilder subsection(String name) {
        return u8(5).name(name).u32(1);
    }

    StreamBuilder command(int command, byte... data) {
        return u8(8).add(o -> o.writeShort(command))
                .add(o -> o.writeShort(data.length))
                .bytes(data);
    }

    StreamBuilder section(String name, int number, int version) {
        return u8(1).u32(number).name(name).u32(0).u32(version);
    }

    StreamBuilder start(Map<String, Long> blocks) {
        section("ram", RAM, 4);
        u64(blocks.values().stream().mapToLong(Long::longValue).sum() | 4);
        blocks.forEach((name, length) -> name(name).u64(length));
        return eos();
    }

    StreamBuilder part() {
        return u8(2).u32(RAM);
    }

    StreamBuilder end() {
        return u8(3).u32(RAM);
    }

    StreamBuilder eos() {
        return u64(0x10).u8(0x7e).u32(RAM);
    }

    StreamBuilder page(String block, long offset, byte[] content) {
        return u64(offset | 8).name(block).bytes(content);
    }

    StreamBuilder nextPage(long offset, byte[] content) {
        return u64(offset | 8 | 0x20).bytes(content);
    }

    StreamBuilder zero(String block, long offset) {
        return u64(offset | 2).name(block).u8(0);
    }

    StreamBuilder nextZero(long offset) {
        return u64(offset | 2 | 0x20).u8(0);
    }

    /** Device state, the end mark and its description. */
    StreamBuilder devices(byte[] state, String json) {
        return u8(4).bytes(state).u8(0).u8(6).u32(json.length()).bytes(json.getBytes(StandardCharsets.US_ASCII));
    }

    StreamBuilder devices() {
        return devices(new byte[] {1, 2, 3}, "{\"devices\": []}");
    }

    byte[] build() {
        return bytes.toByteArray();
    }

    int length() {
        return bytes.size();
    }
}
