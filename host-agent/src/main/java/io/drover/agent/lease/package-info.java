/**
 * The arithmetic of host leases, on the host and at its witnesses. Pure: no clock, no actor, no
 * I/O; times are passed in, so that a simulator runs the same code as an agent.
 */
@NullMarked
package io.drover.agent.lease;

import org.jspecify.annotations.NullMarked;
