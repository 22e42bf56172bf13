/** Values to text and JSON: diagnostics, plans, reports, status, graphs and the documentation of kinds. Pure; decides nothing. */
@NullMarked
package tplctl.report;

import org.jspecify.annotations.NullMarked;
