/**
 * The Vm entity: the one place that says where a VM may run. Runs on actor threads, never blocks.
 */
@NullMarked
package io.drover.actor.vm;

import org.jspecify.annotations.NullMarked;
