/**
 * What must hold of a simulated fleet: at every step while anything may fail, and once all is
 * healed. Each check sees the fleet from outside: its journal, its guests, what clients were told.
 */
@NullMarked
package io.drover.multinode.simulation.check;

import org.jspecify.annotations.NullMarked;
