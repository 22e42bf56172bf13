/** A test bed: several hosts with an sshd each, on this machine. */
@NullMarked
package tplctl.lab;

import org.jspecify.annotations.NullMarked;
