/**
 * What a kind of resource is: its fields and their types, how it is observed, what changes bring it about, as data. Knows no
 * concrete kind and does no I/O.
 */
@NullMarked
package tplctl.kind;

import org.jspecify.annotations.NullMarked;
