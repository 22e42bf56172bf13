/**
 * From nodes to a plan: inventory and playbook decoding, the graph of resources, and the comparison of what is wanted with what was
 * observed. Pure; the only user of jgrapht.
 */
@NullMarked
package tplctl.model;

import org.jspecify.annotations.NullMarked;
