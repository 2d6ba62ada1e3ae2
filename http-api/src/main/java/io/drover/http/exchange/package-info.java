/**
 * One request and its answer: endpoints, path templates, dispatch. Immutable; any thread, never
 * blocks.
 */
@NullMarked
package io.drover.http.exchange;

import org.jspecify.annotations.NullMarked;
