/** How a host is reached and as whom, as plain values: what the inventory says and a connection goes by. */
@NullMarked
package tplctl.login;

import org.jspecify.annotations.NullMarked;
