/**
 * The host agent: one process per host, or several in one process under {@code drover dev}. {@link
 * io.drover.agent.HostAgent} puts the parts together, {@link io.drover.agent.AgentMain} starts one
 * from the command line.
 */
@NullMarked
package io.drover.agent;

import org.jspecify.annotations.NullMarked;
