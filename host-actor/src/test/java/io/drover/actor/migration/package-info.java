/** Tests of the Migration entity: its machine, its course under faults, its actor. */
@NullMarked
package io.drover.actor.migration;

import org.jspecify.annotations.NullMarked;
