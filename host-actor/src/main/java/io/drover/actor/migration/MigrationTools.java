package io.drover.actor.migration;

import io.drover.actor.migration.Migration.Event;
import io.drover.config.settings.MigrationSettings;
import io.drover.config.units.MigrationId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every part of a migration's course works with. */
record MigrationTools(
    MigrationId id,
    MigrationSettings settings,
    MigrationSteps steps,
    MigrationAlarms alarms,
    MigrationProgress progress,
    InstantSource clock) {
  private static final Logger log = LoggerFactory.getLogger(MigrationCourse.class);

  Instant now() {
    return clock.instant();
  }

  Event rollBack(String reason) {
    return new Event.RollbackStarted(reason, false, progress.rounds(), now());
  }

  /** What came too late, or twice, changes nothing. */
  Optional<Event> ignored(MigrationState state, Object input) {
    log.atDebug()
        .addKeyValue("migration", id)
        .addKeyValue("state", state.getClass().getSimpleName())
        .addKeyValue("input", input)
        .log("ignored what came too late");
    return Optional.empty();
  }
}
