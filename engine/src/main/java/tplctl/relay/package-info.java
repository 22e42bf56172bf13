/**
 * What travels to hosts: a small program for what a shell there cannot do. It needs nothing but the JDK's java.base and
 * jdk.crypto.ec, so that a runtime made of these two runs it.
 *
 * <p>In it: QEMU's precopy migration stream, reading it record by record and leaving out the pages that a destination already has
 * because it maps the same template.
 *
 * <p>The idea is that of "Template-Aware Live Migration of Virtual Machines", Eswaran, Yan, Gopalan, SEC 2023, doi
 * 10.1145/3583740.3626812, whose authors changed QEMU; here an unchanged QEMU's stream is filtered on its way.
 *
 * <p>The layout, as of QEMU 4.1 to 10.2. All integers are big-endian. A section carries no length: only what is
 * understood to its last byte can be passed over, so whatever is not understood is refused.
 *
 * <pre>
 * file header    (qemu_savevm_state_header, qemu_loadvm_state_header)
 *   u32 "QEVM", u32 3
 *   u8 07 CONFIGURATION, u32 length, machine type (vmstate_configuration in savevm.c), then its subsections:
 *     u8 05, u8 length, name, u32 version, and, by name,
 *       configuration/target-page-bits  u32
 *       configuration/capabilities      u32 count, count times (u8 length, name): those both ends must have
 *       configuration/uuid              16 bytes
 * then, until EOF    (qemu_loadvm_state_main)
 *   01 START  u32 section, u8 length, name, u32 instance, u32 version, payload, footer   (save_section_header)
 *   02 PART   u32 section, payload, footer                                      (qemu_savevm_state_iterate)
 *   03 END    u32 section, payload, footer                  (qemu_savevm_state_complete_precopy_iterable)
 *   04 FULL   as START; a device's state                (qemu_savevm_state_complete_precopy_non_iterable)
 *   08 COMMAND  u16 command, u16 length, data                  (qemu_savevm_command_send, loadvm_process_command)
 *       1 OPEN_RETURN_PATH 0 bytes; 2 PING 4 bytes; 11 SWITCHOVER_START 0 bytes; the rest is postcopy and COLO
 *   00 EOF, then 06 VMDESCRIPTION, u32 length, JSON
 *   footer: 7e, u32 section                              (save_section_footer, check_section_footer)
 * payload of the sections named "ram", version 4    (ram_save_setup, ram_save_iterate, ram_save_complete)
 *   START begins with u64 total|004 MEM_SIZE, then until total is used up, for each block: u8 length, id, u64 length;
 *   with some capabilities a block has more fields, and those capabilities are refused
 *   records    (save_page_header, ram_save_target_page, ram_load_precopy): u64 offset|flags, and without CONTINUE u8
 *   length, block id; then by flag
 *     002 ZERO            u8 0
 *     008 PAGE            4096 bytes
 *     010 EOS             nothing: ends the payload
 *     020 CONTINUE        with one of the others: the block is that of the last record, across sections too
 *     040 XBZRLE          u8 1, u16 length, and so many bytes: how the page differs from what the destination has there (load_xbzrle,
 *                         which takes it whatever the capabilities are). Written, and refused in what is read: see {@link PageDifference}
 *     080 HOOK, 100 COMPRESS_PAGE, 200 MULTIFD_FLUSH   refused
 * </pre>
 */
@NullMarked
package tplctl.relay;

import org.jspecify.annotations.NullMarked;
