/**
 * Virtual machines as data: their fields, their identity, the emulator's command line, a template's manifest, and the tasks that an
 * emulator is given. Pure: text and numbers in, text and numbers out.
 */
@NullMarked
package tplctl.machine;

import org.jspecify.annotations.NullMarked;
