/**
 * How messages and events are written: Jackson CBOR, sealed types by their simple names, ids as
 * text. Stateless, safe on any thread.
 */
@NullMarked
package io.drover.actor.serialization;

import org.jspecify.annotations.NullMarked;
