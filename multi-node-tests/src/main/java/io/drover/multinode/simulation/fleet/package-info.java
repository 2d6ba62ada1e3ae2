/**
 * A simulated fleet: control nodes that run the shipped entities, hosts that run the shipped
 * session and order table over guests that are only records, and the sessions between them.
 * Everything that is not shipped code is in virtual time and fails as a whole with its machine.
 */
@NullMarked
package io.drover.multinode.simulation.fleet;

import org.jspecify.annotations.NullMarked;
