/**
 * A host without a hypervisor and a network, and a control plane without a cluster: what the tests
 * of the agent's own parts stand on. Everything a fake does is written down in order.
 */
@NullMarked
package io.drover.agent.fake;

import org.jspecify.annotations.NullMarked;
