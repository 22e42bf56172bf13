/** Expressions in scalars: plain references by hand, everything else by Jinjava, which is loaded for the first of those. */
@NullMarked
package tplctl.expr;

import org.jspecify.annotations.NullMarked;
