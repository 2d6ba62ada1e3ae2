/**
 * The Operation entity: finds the VM that an operation id belongs to. Runs on actor threads, never
 * blocks.
 */
@NullMarked
package io.drover.actor.operation;

import org.jspecify.annotations.NullMarked;
