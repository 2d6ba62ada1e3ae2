package io.drover.actor.api;

import java.time.Instant;

/**
 * Something that happened, from the journal.
 *
 * @param sequence rises over all events of the cluster; has gaps
 * @param type {@code vm.started}, {@code migration.switched-over} …
 * @param subject id of the entity
 * @param json its facts
 */
public record FleetEvent(long sequence, String type, String subject, Instant at, String json) {
  /** Every event of every entity has it in the journal: the read side follows them in order. */
  public static final String TAG = "fleet";
}
