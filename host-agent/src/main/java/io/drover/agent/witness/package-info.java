/**
 * Both ends of the conversation with witnesses: what this host asks for its own lease, and what it
 * answers others. gRPC's threads only hand on; the lease has one thread of its own, on which
 * nothing else can keep it waiting.
 */
@NullMarked
package io.drover.agent.witness;

import org.jspecify.annotations.NullMarked;
