package io.drover.actor.api;

import io.drover.actor.CborSerializable;
import io.drover.actor.agent.GuestSpec;
import io.drover.config.units.AreaId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A VM as the API shows it.
 *
 * @param version rises with every change; the ETag
 * @param host where its run grant is; empty while stopped
 * @param reason why it is in this phase, for people; empty when there is nothing to say
 * @param migration the one under way, or the last one
 * @param locked by that migration, against changes
 * @param report what the guest last said about itself
 * @param burst whether it may be placed in another area when its own has no room
 * @param away that it runs elsewhere for that reason
 */
public record VmView(
    VmId id,
    long version,
    String name,
    GuestSpec spec,
    PowerState desired,
    Phase phase,
    String reason,
    Optional<HostId> host,
    Epoch runEpoch,
    Optional<MigrationId> migration,
    boolean locked,
    Map<String, String> report,
    Instant createdAt,
    Instant phaseSince,
    BurstPolicy burst,
    Optional<Away> away)
    implements CborSerializable {
  public VmView {
    report = Map.copyOf(report);
    burst = Objects.requireNonNullElse(burst, BurstPolicy.NEVER); // null in what was kept before
    away = Objects.requireNonNullElse(away, Optional.empty());
  }

  /**
   * A VM whose home had no room for it.
   *
   * @param home where it wants to go
   * @param waits why it is not there yet; empty = nobody has said
   */
  public record Away(AreaId home, AreaId area, Instant since, String waits)
      implements CborSerializable {}

  /** What its owner wants. */
  public enum PowerState {
    RUNNING,
    STOPPED,
    DELETED
  }

  /** What is known of it. */
  public enum Phase {
    STARTING,
    RUNNING,
    MIGRATING,
    /** Its guest is paused: by an operator, or because nobody may run it now. */
    PAUSED,
    /** The host that has its grant is not connected; the guest runs on there. */
    UNREACHABLE,
    STOPPING,
    STOPPED,
    DELETED,
    /** Drover gave up; reason says why. */
    FAILED,
    /** Its hosts were lost so often that a person has to look; it is started again on request. */
    NEEDS_OPERATOR
  }
}
