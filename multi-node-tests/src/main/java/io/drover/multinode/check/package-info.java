/**
 * What must be true after any fault, each checker its own class and a pure function of what the
 * witness saw and what clients were told. {@code CalmVm} and {@code RunningGuests} look at the
 * machine itself.
 */
@NullMarked
package io.drover.multinode.check;

import org.jspecify.annotations.NullMarked;
