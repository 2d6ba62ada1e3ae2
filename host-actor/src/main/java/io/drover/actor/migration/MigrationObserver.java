package io.drover.actor.migration;

import io.drover.actor.api.MigrationView.Phase;
import io.drover.config.units.MigrationId;

/**
 * Told of each phase a migration enters, after that is in the journal and before anything is done
 * about it. Called on the entity's thread: must not block. Not called again when a migration
 * recovers.
 */
@FunctionalInterface
public interface MigrationObserver {
  /** The phase is in the journal; the reason is for people. */
  void entered(MigrationId migration, Phase phase, String reason);

  /** Tells both. */
  default MigrationObserver and(MigrationObserver other) {
    return (migration, phase, reason) -> {
      entered(migration, phase, reason);
      other.entered(migration, phase, reason);
    };
  }
}
