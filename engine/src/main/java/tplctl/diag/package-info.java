/** What the user must be told about their input: positions, diagnostics and their collector. Imports nothing of ours. */
@NullMarked
package tplctl.diag;

import org.jspecify.annotations.NullMarked;
