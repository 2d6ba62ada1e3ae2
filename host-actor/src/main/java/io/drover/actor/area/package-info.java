/** The Area entity: which cells and hosts an area has. Runs on actor threads, never blocks. */
@NullMarked
package io.drover.actor.area;

import org.jspecify.annotations.NullMarked;
