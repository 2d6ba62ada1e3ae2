package io.drover.actor.api;

import io.drover.actor.CborSerializable;
import io.drover.actor.agent.AgentReport.Round;
import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A migration as the API shows it: where it stands and why, and one set of figures.
 *
 * @param waiting what it waits for: reason, since, deadline, next action; empty when it is over
 */
public record MigrationView(
    MigrationId id,
    long version,
    VmId vm,
    HostId source,
    Optional<HostId> target,
    Phase phase,
    List<PhaseEntry> history,
    Optional<Waiting> waiting,
    List<Round> rounds,
    Duration downtimeLimit,
    DataRate bandwidthLimit,
    Figures figures,
    Instant requestedAt)
    implements CborSerializable {
  public MigrationView {
    history = List.copyOf(history);
    rounds = List.copyOf(rounds);
  }

  /** The phases of a migration, in order; forwarding and disks have none yet. */
  public enum Phase {
    REQUESTED,
    QUEUED,
    TARGET_RESERVED,
    TARGET_PREPARED,
    PRE_COPY,
    LOCKED,
    STOP_AND_COPY,
    SWITCHED_OVER,
    VERIFYING,
    SOURCE_RELEASED,
    COMPLETED,
    ROLLING_BACK,
    ROLLED_BACK,
    CANCELLED,
    NEEDS_OPERATOR;

    public boolean isOver() {
      return this == COMPLETED
          || this == ROLLED_BACK
          || this == CANCELLED
          || this == NEEDS_OPERATOR;
    }
  }

  /** When a phase was entered and why. */
  public record PhaseEntry(Phase phase, Instant at, String reason) implements CborSerializable {}

  /** Nothing waits silently. */
  public record Waiting(String reason, Instant since, Instant deadline, String nextAction)
      implements CborSerializable {}

  /**
   * What was measured; empty = not known yet, or not said by this hypervisor.
   *
   * @param hypervisorDowntime (1) QEMU's own figure
   * @param vcpuGap (2) source paused → target resumed, wall clocks of both hosts
   * @param guestGap (3) largest gap in the guest's own heartbeat
   * @param serviceGap (4) largest gap seen by a client of the guest
   * @param sourceDigest over all of RAM; equals {@code targetDigest} before the switchover
   * @param runEpoch of the grant at the target
   */
  public record Figures(
      Optional<Duration> predictedBlackout,
      Optional<Duration> hypervisorDowntime,
      Optional<Duration> vcpuGap,
      Optional<Duration> guestGap,
      Optional<Duration> serviceGap,
      Optional<Duration> pause,
      Optional<Duration> finalCopy,
      Optional<Duration> deviceState,
      Optional<Duration> commit,
      Optional<Duration> total,
      Optional<ByteSize> bytes,
      Optional<ByteSize> deviceStateBytes,
      Optional<String> sourceDigest,
      Optional<String> targetDigest,
      Optional<Epoch> runEpoch)
      implements CborSerializable {
    public static final Figures NONE =
        new Figures(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }
}
