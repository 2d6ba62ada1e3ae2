/**
 * Hosts without guests: they say what an agent says, in the agent's protocol, to real control
 * nodes; and what those cost. Whoever starts a host may use it on any thread.
 */
@NullMarked
package io.drover.bench.simulated;

import org.jspecify.annotations.NullMarked;
