/**
 * The machines that are provisioned: running scripts, files, sockets and locks on them. The only user of jsch and
 * junixsocket. Knows
 * no resource.
 */
@NullMarked
package tplctl.host;

import org.jspecify.annotations.NullMarked;
