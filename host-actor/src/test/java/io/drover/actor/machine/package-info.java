/** Tests of state machines: every pair of state and input is visited, and drawn. */
@NullMarked
package io.drover.actor.machine;

import org.jspecify.annotations.NullMarked;
