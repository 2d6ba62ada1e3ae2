/**
 * A whole actor system in one thread: virtual time, seeded order, and a network between machines
 * that every message from one to another goes through. Knows nothing of Drover.
 */
@NullMarked
package io.drover.multinode.simulation.engine;

import org.jspecify.annotations.NullMarked;
