package tplctl.relay;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * A BIOS of 64 KiB that is a whole guest, in real mode: it writes memory only when a byte on its serial port tells it to, and answers
 * {@code k} when it has. First it sets the first word of each page from {@link #FIRST} to {@link #LAST} to {@link #BEGUN}. {@code w}
 * counts on and writes the count to all of them but the last 16; {@code z} makes those from 0x40000 to 0x5ffff zero, as a guest does
 * that frees them; {@code r} gives those from 0x20000 to 0x3ffff back what they had first.
 *
 * <p>While it waits it writes nothing, and before it writes it flushes its translations (by changing CR0.WP): QEMU's TCG finds out
 * about a write only through a translation that it made after it last asked which pages are dirty (accel/tcg/cputlb.c, {@code
 * notdirty_write}; softmmu/physmem.c). So what such a guest writes between two rounds of a migration is what the second one sends.
 */
final class CommandedGuest {
    static final int FIRST = 0x10000;
    static final int LAST = 0x8f000;
    static final int BEGUN = 1;

    private static final int SIZE = 0x10000;
    private static final int CODE = 0xe000;
    private static final int RESET = 0xfff0;

    private CommandedGuest() {}

    static byte[] bios() {
        byte[] bios = new byte[SIZE];
        put(
                bios,
                CODE,
                "fa bd0100 89e9 b80010 be0090" // cli; mov bp, 1; mov cx, bp; mov ax, 1000h; mov si, 9000h
                        + "8ed8 31db" // fill: mov ds, ax; xor bx, bx
                        + "890f 81c30010 75f8" // 1: mov [bx], cx; add bx, 1000h; jnz 1
                        + "050010 39f0 72ed" // add ax, 1000h; cmp ax, si; jb fill
                        + "baf803 b06b ee" // mov dx, 3f8h; mov al, 'k'; out dx, al
                        + "bafd03 ec a801 74fb" // wait: mov dx, 3fdh; 2: in al, dx; test al, 1; jz 2
                        + "baf803 ec 88c3" // mov dx, 3f8h; in al, dx; mov bl, al
                        + "0f20c0 663500000100 0f22c0" // mov eax, cr0; xor eax, 10000h; mov cr0, eax
                        + "88d8 3c77 740a 3c7a 7411 3c72 7417 ebd6" // mov al, bl; w, z or r; else wait
                        + "45 89e9 b80010 be0080 ebb2" // w: inc bp; mov cx, bp; mov ax, 1000h; mov si, 8000h; fill
                        + "31c9 b80040 be0060 eba8" // z: xor cx, cx; mov ax, 4000h; mov si, 6000h; fill
                        + "b90100 b80020 be0040 eb9d"); // r: mov cx, 1; mov ax, 2000h; mov si, 4000h; fill
        put(bios, RESET, "ea 00e000f0"); // jmp f000h:e000h
        return bios;
    }

    private static void put(byte[] bios, int at, String code) {
        byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
        System.arraycopy(bytes, 0, bios, at, bytes.length);
    }

    /** Whether a page's first word is that. */
    static boolean has(TestEmulator emulator, int page, int word) throws java.io.IOException {
        return Arrays.equals(emulator.memory(page, 2), new byte[] {(byte) word, (byte) (word >> 8)});
    }
}
