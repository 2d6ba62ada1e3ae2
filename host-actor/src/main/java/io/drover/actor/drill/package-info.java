/** Drills of areas: a failover to try it, and the failback, with a report. */
@NullMarked
package io.drover.actor.drill;

import org.jspecify.annotations.NullMarked;
