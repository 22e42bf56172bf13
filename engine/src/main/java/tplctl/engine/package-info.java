/** Observes hosts and carries plans out; owns the only threads. Knows no kind by name and renders no text. */
@NullMarked
package tplctl.engine;

import org.jspecify.annotations.NullMarked;
