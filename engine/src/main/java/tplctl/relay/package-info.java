/**
 * What travels to hosts: a small program for what a shell there cannot do. It needs nothing but the JDK's java.base and
 * jdk.crypto.ec, so that a runtime made of these two runs it.
 */
@NullMarked
package tplctl.relay;

import org.jspecify.annotations.NullMarked;
