/**
 * Deterministic simulation of whole fleets: one seed is one run in one thread, first with faults,
 * then healed. The shipped entities run, over a virtual network, a virtual journal and virtual
 * time.
 */
@NullMarked
package io.drover.multinode.simulation;

import org.jspecify.annotations.NullMarked;
