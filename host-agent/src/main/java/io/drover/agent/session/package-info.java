/**
 * The agent's one conversation with the control plane: which endpoint, under which control epoch,
 * which orders are new. An actor; gRPC's threads only tell it what came.
 */
@NullMarked
package io.drover.agent.session;

import org.jspecify.annotations.NullMarked;
