/**
 * Guests and the {@link io.drover.agent.guest.Hypervisor} port behind which QEMU and the embedded
 * WebAssembly machine stand.
 */
@NullMarked
package io.drover.agent.guest;

import org.jspecify.annotations.NullMarked;
