/** Who the hosts are: inventory formats, groups, patterns and the precedence of variables. Pure. */
@NullMarked
package tplctl.inventory;

import org.jspecify.annotations.NullMarked;
