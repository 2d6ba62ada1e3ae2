/**
 * The Host entity: the authority on what fits on one host, and the only one who speaks to its
 * agent. Runs on actor threads, never blocks.
 */
@NullMarked
package io.drover.actor.host;

import org.jspecify.annotations.NullMarked;
