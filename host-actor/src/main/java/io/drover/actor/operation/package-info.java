/**
 * What requests leave behind: which VM an operation id belongs to, and what a request with an
 * Idempotency-Key was answered. Runs on actor threads, never blocks.
 */
@NullMarked
package io.drover.actor.operation;

import org.jspecify.annotations.NullMarked;
