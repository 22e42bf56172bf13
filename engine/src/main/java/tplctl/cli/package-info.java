/** The commands, their wiring and exit codes; the only user of the terminal. Holds no logic. */
@NullMarked
package tplctl.cli;

import org.jspecify.annotations.NullMarked;
