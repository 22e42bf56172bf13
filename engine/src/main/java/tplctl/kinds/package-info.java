/** One file for each kind of resource, and {@link tplctl.kinds.Kinds}, the list of them. The kinds do not know each other. */
@NullMarked
package tplctl.kinds;

import org.jspecify.annotations.NullMarked;
