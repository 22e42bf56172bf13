package tplctl.relay;

import static tplctl.relay.SectionType.CONFIGURATION;
import static tplctl.relay.SectionType.SUBSECTION;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * The file header and the CONFIGURATION behind it (qemu_savevm_state_header, vmstate_configuration).
 *
 * @param machine the versioned machine type
 * @param pageBits with its subsection of 12 bits; others are refused
 * @param capabilities with its subsection, which names none: each that can be named changes the stream
 * @param uuid with its subsection
 */
record Configuration(String machine, boolean pageBits, boolean capabilities, Optional<Uuid> uuid) {
    private static final long MAGIC = 0x5145564dL;
    private static final long VERSION = 3;
    private static final int PAGE_BITS = 12;
    private static final String PAGE_BITS_NAME = "configuration/target-page-bits";
    private static final String CAPABILITIES_NAME = "configuration/capabilities";
    private static final String UUID_NAME = "configuration/uuid";

    /** The identity that both ends compare. */
    record Uuid(long high, long low) {}

    /** What was read, and the byte behind it, which is the type of the first section. */
    record Parsed(Configuration configuration, int next) {}

    static Parsed read(StreamReader in) throws IOException {
        expect(in, MAGIC, in.u32("the magic number of a migration stream"), 4, "QEVM, the start of a migration stream");
        expect(in, VERSION, in.u32("the stream's version"), 4, "version 3 of the stream");
        int type = in.u8("CONFIGURATION");
        expect(in, CONFIGURATION, type, 1, "CONFIGURATION, which QEMU sends for every live machine type");
        String machine = in.name(in.u32("the length of the machine type"), "the machine type");
        boolean pageBits = false;
        boolean capabilities = false;
        Optional<Uuid> uuid = Optional.empty();
        int last = 0;
        while (true) {
            int next = in.u8("a section behind CONFIGURATION");
            if (next != SUBSECTION) {
                return new Parsed(new Configuration(machine, pageBits, capabilities, uuid), next);
            }
            long at = in.offset();
            String name = in.name("the name of a subsection");
            int rank =
                    Arrays.asList(PAGE_BITS_NAME, CAPABILITIES_NAME, UUID_NAME).indexOf(name) + 1;
            if (rank <= last) {
                throw new StreamFormatException(at, "page bits, capabilities or uuid, in this order", name);
            }
            last = rank;
            expect(in, 1, in.u32("the version of " + name), 4, "version 1 of " + name);
            switch (name) {
                case PAGE_BITS_NAME -> {
                    expect(in, PAGE_BITS, in.u32("page bits"), 4, "pages of 4096 bytes, 12 bits");
                    pageBits = true;
                }
                case CAPABILITIES_NAME -> {
                    noCapability(in);
                    capabilities = true;
                }
                default -> uuid = Optional.of(new Uuid(in.u64("the uuid"), in.u64("the uuid")));
            }
        }
    }

    private static void noCapability(StreamReader in) throws IOException {
        if (in.u32("how many capabilities there are") != 0) {
            long at = in.offset();
            throw new StreamFormatException(
                    at, "no capability: x-ignore-shared and mapped-ram have to be off", in.name("a capability"));
        }
    }

    private static void expect(StreamReader in, long right, long found, int length, String what) {
        if (found != right) {
            throw new StreamFormatException(in.offset() - length, what, StreamReader.hex(found));
        }
    }

    void write(StreamWriter out) throws IOException {
        out.u32(MAGIC);
        out.u32(VERSION);
        out.u8(CONFIGURATION);
        out.u32(machine.length());
        out.text(machine);
        if (pageBits) {
            subsection(out, PAGE_BITS_NAME);
            out.u32(PAGE_BITS);
        }
        if (capabilities) {
            subsection(out, CAPABILITIES_NAME);
            out.u32(0);
        }
        if (uuid.isPresent()) {
            subsection(out, UUID_NAME);
            ByteBuffer bytes = ByteBuffer.allocate(16);
            bytes.putLong(uuid.get().high()).putLong(uuid.get().low()).flip();
            out.bytes(bytes);
        }
    }

    private static void subsection(StreamWriter out, String name) throws IOException {
        out.u8(SUBSECTION);
        out.name(name);
        out.u32(1);
    }
}
