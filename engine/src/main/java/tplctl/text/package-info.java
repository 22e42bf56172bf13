/** YAML text to a tree of nodes with positions; the only user of snakeyaml-engine. Knows no kind and no field. */
@NullMarked
package tplctl.text;

import org.jspecify.annotations.NullMarked;
