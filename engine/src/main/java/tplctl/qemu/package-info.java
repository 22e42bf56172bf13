/** Talking to emulators over QMP, and what is done through it. Knows neither YAML nor graph nor plan. */
@NullMarked
package tplctl.qemu;

import org.jspecify.annotations.NullMarked;
