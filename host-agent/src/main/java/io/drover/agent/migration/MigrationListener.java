package io.drover.agent.migration;

import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Told each step of each migration on this host, by the thread that makes it and before it goes on:
 * an implementation that blocks stops the migration exactly there.
 */
@FunctionalInterface
public interface MigrationListener {
  void reached(Phase phase, MigrationId migration, VmId vm, String detail);

  /** The steps, source and target. */
  enum Phase {
    /** Target: the guest is made, its streams are reserved. */
    TARGET_PREPARED,
    /** Source: connected to the target. */
    PRE_COPY_STARTED,
    /** Source: a round was sent and acknowledged. */
    ROUND_ENDED,
    /** Source: no guest instruction runs from here on. */
    SOURCE_PAUSED,
    /** Source: all pages are at the target, which has the same digest. */
    FINAL_PAGES_SENT,
    /** Source: device state is sent; its part is done. */
    SOURCE_STOPPED,
    /** Target: all pages are here, the digest is equal. */
    MEMORY_COMPLETE,
    /** Target: device state is loaded; the guest could run. */
    TARGET_READY,
    /** Target: the grant is on disk, the guest is about to run. */
    ACTIVATING,
    /** Target: the guest runs. */
    ACTIVATED,
    /** Either: the transfer broke, the guest is as it was. */
    FAILED,
    /** Either: given up by order. */
    ABORTED
  }

  /** One log line for each step. */
  static MigrationListener logging() {
    Logger log = LoggerFactory.getLogger(MigrationListener.class);
    return (phase, migration, vm, detail) ->
        log.atLevel(phase == Phase.ROUND_ENDED ? Level.DEBUG : Level.INFO)
            .addKeyValue("phase", phase)
            .addKeyValue("migration", migration)
            .addKeyValue("vm", vm)
            .addKeyValue("detail", detail)
            .log("migration step");
  }
}
