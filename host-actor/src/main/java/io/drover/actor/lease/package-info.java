/**
 * Whether a host is dead, and the proof: leases, their witnesses, and what is decided about a host
 * that has fallen silent. Pure: knows no actor, no clock and no I/O, so that a simulation runs it.
 */
@NullMarked
package io.drover.actor.lease;

import org.jspecify.annotations.NullMarked;
