/**
 * The control plane as its callers see it: one facade for changes and look-ups of single things,
 * one port for lists and events from the read side, and the refusals both speak.
 */
@NullMarked
package io.drover.actor.api;

import org.jspecify.annotations.NullMarked;
