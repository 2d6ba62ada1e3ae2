package io.drover.agent.supervision;

import io.drover.agent.migration.MigrationReports;

/** What a guest says without being asked. Called on any thread: must not block. */
interface GuestReports extends MigrationReports {
  /**
   * The guest ended without an order.
   *
   * @param incarnation which of the guests this VM had here
   */
  void guestEnded(long incarnation, String reason);
}
