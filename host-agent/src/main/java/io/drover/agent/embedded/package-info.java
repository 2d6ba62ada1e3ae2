/**
 * The embedded hypervisor: WebAssembly guests, compiled to JVM bytecode, inside the agent's own
 * process.
 *
 * <p>A guest is called slice by slice by one platform thread of its own ({@link
 * io.drover.agent.embedded.Vcpu}). Between two slices its memory and its mutable globals are the
 * whole state; everything that must see a guest standing still (pause, collecting dirty pages)
 * meets that thread there. No atomics and no locks on the guest's own path through memory.
 */
@NullMarked
package io.drover.agent.embedded;

import org.jspecify.annotations.NullMarked;
