package io.drover.actor.migration;

import io.drover.actor.CborSerializable;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.agent.TransferTicket;
import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.migration.MigrationJob.Move;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Instant;
import java.util.Optional;

/**
 * Where a migration stands, and how its events change that.
 *
 * <pre>
 * Requested ▶ Queued ⇄ TargetReserved ▶ TargetPrepared ▶ PreCopy ▶ Locked ▶ StopAndCopy
 *     └───────────┴──────────┴───────────────┴────────────┴─────────┴──────────┤ RollbackStarted
 *                                                                              ▼
 *                             Over ◀─RolledBack─ RollingBack ◀─Abandoned─ Abandoning
 *                                                                              │ SwitchedOver
 *   StopAndCopy ─SwitchedOver─▶ SwitchedOver ◀─────────────────────────────────┘
 *   SwitchedOver ▶ Verifying ▶ Releasing ▶ SourceReleased ▶ Over
 *                      └▶ NeedsOperator ─▲
 * </pre>
 *
 * The full table is written to {@code docs/state-machines/migration.md} by a test.
 */
sealed interface MigrationState extends CborSerializable {

  /** Nobody has asked for it. */
  record Empty() implements MigrationState {}

  /** Something has been asked for: all that follows has a job. */
  sealed interface Known extends MigrationState {
    MigrationJob job();
  }

  /** The source has the grant and its guest, whatever happens: it may still roll back. */
  sealed interface Revocable extends Known {
    /** What there is to clean; empty before a target was reserved. */
    Optional<Move> move();

    /** Whether the source was told of it. */
    default boolean involvesSource() {
      return false;
    }
  }

  /** Waits for the VM to take part. */
  record Requested(MigrationJob job) implements Revocable {
    @Override
    public Optional<Move> move() {
      return Optional.empty();
    }
  }

  /**
   * Waits for a target.
   *
   * @param attempt number of the next one
   * @param failures of targets so far, other than being busy
   * @param since when it was queued first
   * @param leaving the target that refused or failed, to be cleaned first
   * @param sourceTold the source was to begin with it, and is to be cleaned first too
   */
  record Queued(
      MigrationJob job,
      Epoch runEpoch,
      GuestSpec spec,
      int attempt,
      int failures,
      Instant since,
      Optional<HostId> leaving,
      boolean sourceTold)
      implements Revocable {
    @Override
    public boolean involvesSource() {
      return sourceTold;
    }

    @Override
    public Optional<Move> move() {
      return leaving.map(target -> new Move(target, runEpoch, spec, attempt - 1));
    }
  }

  /** Waits for the target to make the incoming guest. */
  record TargetReserved(MigrationJob job, Move at, int failures, Instant since)
      implements Preparing {
    @Override
    public Optional<Move> move() {
      return Optional.of(at);
    }
  }

  /** Waits for the source to begin. */
  record TargetPrepared(
      MigrationJob job, Move at, TransferTicket ticket, int failures, Instant since)
      implements Copying, Preparing {}

  /** Nothing is copied yet: another target may be chosen. */
  sealed interface Preparing extends Revocable {
    Move at();

    /** Targets that failed before this one. */
    int failures();

    /** When it was queued first. */
    Instant since();
  }

  /** The source copies while the guest runs. */
  record PreCopy(MigrationJob job, Move at) implements Copying {}

  /** The VM takes no changes; the source is stopped next. */
  record Locked(MigrationJob job, Move at) implements Copying {}

  /** The source stands still, or is about to; waits for both digests, then for the VM. */
  record StopAndCopy(MigrationJob job, Move at) implements Copying {}

  /** Source and target both know of it. */
  sealed interface Copying extends Revocable {
    Move at();

    @Override
    default Optional<Move> move() {
      return Optional.of(at());
    }

    @Override
    default boolean involvesSource() {
      return true;
    }
  }

  /** It wants to roll back and waits for the VM, who alone knows whether it still can. */
  record Abandoning(
      MigrationJob job,
      Optional<Move> move,
      boolean involvesSource,
      String reason,
      boolean cancelled)
      implements Known {}

  /** The VM stays at the source: both sides are cleaned. */
  record RollingBack(
      MigrationJob job,
      Optional<Move> move,
      boolean involvesSource,
      String reason,
      boolean cancelled)
      implements Known {}

  /** There is no way back any more. */
  sealed interface Committed extends Known {
    Move at();

    /** Of the target's grant. */
    Epoch runEpoch();
  }

  /** The claim at the target becomes the VM's. */
  record SwitchedOver(MigrationJob job, Move at, Epoch runEpoch) implements Committed {}

  /** Waits for the guest's heartbeat at the target. */
  record Verifying(MigrationJob job, Move at, Epoch runEpoch) implements Committed {}

  /** The source's guest is removed. */
  record Releasing(MigrationJob job, Move at, Epoch runEpoch) implements Committed {}

  /** The VM is told that it is over. */
  record SourceReleased(MigrationJob job, Move at, Epoch runEpoch) implements Committed {}

  /** The guest was not verified; the source's copy is kept. */
  record NeedsOperator(MigrationJob job, Move at, Epoch runEpoch, String reason, String nextAction)
      implements Committed {}

  /** Nothing is left to do. */
  record Over(MigrationJob job, Optional<HostId> target) implements Known {}

  /** Where it stands, for people. */
  default Phase phase() {
    return switch (this) {
      case Empty _ -> throw new IllegalStateException("nobody has asked for it");
      case Known known -> known.job().current().phase();
    };
  }

  /** The host it is or was to go to, once chosen. */
  default Optional<HostId> target() {
    return switch (this) {
      case Empty _ -> Optional.empty();
      case Queued _ -> Optional.empty();
      case Revocable s -> s.move().map(Move::target);
      case Abandoning s -> s.move().map(Move::target);
      case RollingBack s -> s.move().map(Move::target);
      case Committed s -> Optional.of(s.at().target());
      case Over s -> s.target();
    };
  }

  /** Whether a claim of this migration, not of its VM, is needed there. */
  default boolean needsClaimAt(HostId host) {
    return switch (this) {
      case Queued _ -> true; // the scheduler may just have got it for us
      case TargetReserved _, Copying _, Abandoning _, RollingBack _, SwitchedOver _ ->
          target().equals(Optional.of(host));
      case Empty _,
          Requested _,
          Verifying _,
          Releasing _,
          SourceReleased _,
          NeedsOperator _,
          Over _ ->
          false;
    };
  }

  /** Whether its VM should have had a claim of this migration there by now. */
  default boolean owesClaimAt(HostId host) {
    return switch (this) {
      case SwitchedOver _ -> false; // it is being handed over
      case Committed s -> s.at().target().equals(host);
      case Over s -> phase() == Phase.COMPLETED && s.target().equals(Optional.of(host));
      case Empty _, Revocable _, Abandoning _, RollingBack _ -> false;
    };
  }
}
