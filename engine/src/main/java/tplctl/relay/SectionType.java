package tplctl.relay;

/** The bytes that sections of a migration stream begin and end with (QEMU_VM_EOF and others, migration/savevm.h). */
final class SectionType {
    static final int EOF = 0x00;
    static final int START = 0x01;
    static final int PART = 0x02;
    static final int END = 0x03;
    static final int FULL = 0x04;
    static final int SUBSECTION = 0x05;
    static final int VMDESCRIPTION = 0x06;
    static final int CONFIGURATION = 0x07;
    static final int COMMAND = 0x08;
    static final int FOOTER = 0x7e;

    private SectionType() {}
}
