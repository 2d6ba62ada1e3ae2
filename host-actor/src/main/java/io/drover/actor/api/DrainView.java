package io.drover.actor.api;

import io.drover.actor.CborSerializable;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The draining of a host as the API shows it.
 *
 * @param reason why it is in this phase
 * @param vms those that it has moved, moves, or has still to move
 */
public record DrainView(
    HostId host,
    OperationId operation,
    long version,
    Phase phase,
    String reason,
    Instant startedAt,
    Optional<Instant> endedAt,
    List<VmMove> vms)
    implements CborSerializable {
  public DrainView {
    vms = List.copyOf(vms);
  }

  /** Where it stands. */
  public enum Phase {
    /** The host still takes new VMs. */
    CORDONING,
    DRAINING,
    /** Its migrations are being cancelled. */
    ABORTING,
    /** Nothing is left on the host. */
    COMPLETED,
    /** It gave up; {@code vms} says what stays and why. */
    INCOMPLETE,
    ABORTED;

    public boolean isOver() {
      return this == COMPLETED || this == INCOMPLETE || this == ABORTED;
    }
  }

  /** What became of one VM. */
  public enum Status {
    /** It is tried later; see the next action. */
    WAITING,
    MOVING,
    MOVED,
    /** This drain does nothing more about it. */
    STAYS
  }

  /**
   * One VM.
   *
   * @param attempts migrations of it that were started
   * @param migration the last of them
   * @param reason why it waits or stays; of a moving one, what its migration waits for
   * @param since when that began
   * @param nextAction what is done about it, and by whom; empty when nothing is
   */
  public record VmMove(
      VmId vm,
      Status status,
      int attempts,
      Optional<MigrationId> migration,
      Optional<HostId> target,
      String reason,
      Instant since,
      String nextAction)
      implements CborSerializable {}

  /** As what a 202 named. */
  public OperationView asOperation() {
    return new OperationView(
        operation.text(),
        "drain",
        host.text(),
        switch (phase) {
          case CORDONING, DRAINING, ABORTING -> OperationView.Status.RUNNING;
          case COMPLETED -> OperationView.Status.SUCCEEDED;
          case INCOMPLETE -> OperationView.Status.FAILED;
          case ABORTED -> OperationView.Status.CANCELLED;
        },
        reason,
        startedAt,
        endedAt);
  }
}
