/** Tests that look at the program as a whole. */
@NullMarked
package tplctl;

import org.jspecify.annotations.NullMarked;
