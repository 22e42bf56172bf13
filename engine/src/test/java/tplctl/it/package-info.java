/** The program as its users run it, on this very machine: real QEMU, real mounts, real huge pages. */
@NullMarked
package tplctl.it;

import org.jspecify.annotations.NullMarked;
