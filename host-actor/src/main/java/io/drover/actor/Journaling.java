package io.drover.actor;

import io.drover.config.settings.EntitySettings;
import java.time.Duration;
import org.apache.pekko.actor.typed.BackoffSupervisorStrategy;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/** How entities use the journal: the same for all of them. */
public final class Journaling {
  /**
   * After a failed write an entity recovers; a database that is away is not asked by all at once.
   */
  public static final BackoffSupervisorStrategy RECOVER_LATER =
      SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2);

  /** The newest may be half written. */
  private static final int SNAPSHOTS_KEPT = 2;

  private Journaling() {}

  public static RetentionCriteria snapshots(EntitySettings settings) {
    return RetentionCriteria.snapshotEvery(settings.snapshotEvery(), SNAPSHOTS_KEPT);
  }
}
