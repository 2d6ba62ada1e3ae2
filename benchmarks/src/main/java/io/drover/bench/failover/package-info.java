/**
 * How long it takes until somebody else does it: control nodes, whole areas and hosts of a fleet of
 * real processes are killed, and what the API answers and what guests do, seen by a witness that is
 * not the control plane, is timed. Load that real agents are too few for comes from simulated ones.
 */
@NullMarked
package io.drover.bench.failover;

import org.jspecify.annotations.NullMarked;
