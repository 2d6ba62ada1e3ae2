/**
 * The entities put together: who tells whom, and the facade that routes each call to the entity
 * that decides. Stateless but for caches, safe on any thread, never blocks.
 */
@NullMarked
package io.drover.actor.routing;

import org.jspecify.annotations.NullMarked;
