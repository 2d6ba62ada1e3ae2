package io.drover.actor.migration;

import java.time.Duration;

/** Has a migration woken up later. */
interface MigrationAlarms {
  /** What for. */
  enum Alarm {
    /** The state may go on by itself. */
    PROCEED,
    /** The state has lasted too long. */
    DEADLINE,
    /** Time to ask again for what was not answered. */
    RETRY,
    /** Time to look at something. */
    CHECK,
    /** Time to leave memory. */
    REST
  }

  /** Rings once, and replaces an earlier one of the same kind. */
  void ring(Alarm alarm, Duration after, int entry);

  void cancelAll();
}
