/**
 * Guests in QEMU processes that outlive the agent. Guest RAM is a shared file that the agent maps;
 * QEMU's own migration carries the device state only, and never runs beside a running vCPU.
 *
 * <p>Threads: one per hypervisor follows the consoles, one per QEMU reads its control socket, and
 * two short-lived ones pump a device state. All other work is done on the caller's thread.
 */
@NullMarked
package io.drover.agent.qemu;

import org.jspecify.annotations.NullMarked;
