/**
 * Where to put things: a pure engine over an inventory, and the actor that holds the inventory of
 * one area and claims at the hosts. The actor runs on actor threads; the engine knows no actor.
 */
@NullMarked
package io.drover.actor.placement;

import org.jspecify.annotations.NullMarked;
