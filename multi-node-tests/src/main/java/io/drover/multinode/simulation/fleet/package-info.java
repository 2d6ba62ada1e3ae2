/**
 * A simulated fleet: control nodes that run the shipped entities, hosts that run the shipped
 * session, order table, lease keeper and witness book over guests that are only records, and the
 * sessions between them. Everything that is not shipped code is in virtual time and fails as a
 * whole with its machine.
 *
 * <p>Guests are of the kind that has a process of its own: they outlive their agent, and the guard
 * stops them from outside. When a suspended host wakes, the guard has its round before they do
 * anything; a real one needs milliseconds for it.
 */
@NullMarked
package io.drover.multinode.simulation.fleet;

import org.jspecify.annotations.NullMarked;
