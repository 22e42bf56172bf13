package tplctl.relay;

import java.util.HexFormat;

/**
 * A BIOS of 64 KiB that is a whole guest, in real mode: fills the first word of the 16 pages from 0x90000 once, then counts,
 * for ever, writing the count to each page from 0x10000 to 0x7ffff and its lowest bit to each from 0x80000 to 0x8ffff.
 */
final class WritingGuest {
    static final int COUNTED = 0x10000;

    private static final int SIZE = 0x10000;
    private static final int CODE = 0xe000;
    private static final int RESET = 0xfff0;

    private WritingGuest() {}

    /** The count at which a guest that halts does. */
    static final int LAST_COUNT = 0x2000;

    static byte[] bios() {
        return bios("ebd7"); // jmp 2
    }

    /** One that stops writing, though its processor is not stopped: it sleeps for ever. */
    static byte[] haltingBios() {
        return bios("81f90020 75d3 f4 ebfd"); // cmp cx, 2000h; jne 2; 6: hlt; jmp 6
    }

    private static byte[] bios(String end) {
        byte[] bios = new byte[SIZE];
        put(
                bios,
                CODE,
                "fa 31c9" // cli; xor cx, cx
                        + "b80090 8ed8 31db" // mov ax, 9000h; mov ds, ax; xor bx, bx
                        + "8907 81c30010 75f8" // 1: mov [bx], ax; add bx, 1000h; jnz 1
                        + "41 b80010" // 2: inc cx; mov ax, 1000h
                        + "8ed8 31db" // 3: mov ds, ax; xor bx, bx
                        + "890f 81c30010 75f8" // 4: mov [bx], cx; add bx, 1000h; jnz 4
                        + "050010 3d0080 72ec" // add ax, 1000h; cmp ax, 8000h; jb 3
                        + "8ed8 89ca 83e201" // mov ds, ax; mov dx, cx; and dx, 1
                        + "8917 81c30010 75f8" // 5: mov [bx], dx; add bx, 1000h; jnz 5
                        + end);
        put(bios, RESET, "ea 00e000f0"); // jmp f000h:e000h
        return bios;
    }

    private static void put(byte[] bios, int at, String code) {
        byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
        System.arraycopy(bytes, 0, bios, at, bytes.length);
    }
}
