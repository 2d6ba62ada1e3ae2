package io.drover.actor.api;

import io.drover.actor.CborSerializable;
import java.util.Optional;

/**
 * How the events of one entity become its view, as far as events alone tell it: what an agent says
 * from moment to moment is not in it. Pure; safe on any thread.
 *
 * @param <E> its events
 * @param <V> its view
 */
public interface ViewFold<E, V> {
  /** The state before the first event. */
  CborSerializable empty();

  CborSerializable after(CborSerializable state, E event);

  /**
   * What there is to show; empty = nothing yet.
   *
   * @param version sequence number of the last event
   */
  Optional<V> view(String entityId, long version, CborSerializable state);
}
