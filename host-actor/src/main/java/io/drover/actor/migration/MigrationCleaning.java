package io.drover.actor.migration;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.migration.MigrationJob.Move;
import io.drover.actor.migration.MigrationState.Empty;
import io.drover.actor.migration.MigrationState.Known;
import io.drover.actor.migration.MigrationState.Queued;
import io.drover.actor.migration.MigrationState.RollingBack;
import io.drover.config.settings.MigrationSettings;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import java.time.Instant;
import java.util.Optional;

/** Undoing what a migration did at its hosts before the switchover. */
final class MigrationCleaning {
  private final MigrationId id;
  private final MigrationSettings settings;
  private final MigrationSteps steps;
  private final MigrationProgress progress;

  MigrationCleaning(MigrationTools tools) {
    this.id = tools.id();
    this.settings = tools.settings();
    this.steps = tools.steps();
    this.progress = tools.progress();
  }

  /** Whether something of the last attempt may be left, where the next one would find it. */
  boolean isLeaving(Queued s) {
    return s.leaving().isPresent()
        && (!progress.targetDone || (s.sourceTold() && !progress.sourceDone));
  }

  /** Has it cleaned, each part as often as needed. */
  void leave(Queued s, Move move) {
    if (s.sourceTold() && !progress.sourceDone) {
      abort(s, move, s.job().source(), OrderId.Step.LEAVE_SOURCE);
    }
    if (!progress.targetDone) {
      abortTarget(s, move, OrderId.Step.LEAVE_TARGET);
    }
  }

  /** Aborts on both sides; when that is done, tells the VM. Each part as often as needed. */
  void clean(RollingBack s) {
    boolean source = s.involvesSource() && !progress.sourceDone;
    boolean target = s.move().isPresent() && !progress.targetDone;
    s.move()
        .ifPresent(move -> {
          if (source) {
            abort(s, move, s.job().source(), OrderId.Step.ABORT_SOURCE);
          }
          if (target) {
            abortTarget(s, move, OrderId.Step.ABORT_TARGET);
          }
        });
    if (!source && !target) {
      steps.end(s.job().vm(), s.reason());
    }
  }

  /** Before the switchover nothing depends on the target: when it is away, it is left behind. */
  private void abortTarget(Known s, Move move, OrderId.Step step) {
    abort(s, move, move.target(), step);
    steps.look(move.target());
  }

  /**
   * A target that has no agent now is left to its host, so that the source is free at once; says
   * whether it is, which lets the migration go on.
   *
   * <p>The claim there is the host's note that something may be left: whoever says that it is not
   * needed, the host keeps it while its agent is away, or reports an incoming guest of this
   * migration, and nothing else is placed on that memory. That guest never had a grant, so it
   * cannot run meanwhile; the VM, who alone knows that it has none, has it discarded when it is
   * reported.
   */
  boolean leaveTarget(MigrationState state, HostId target, String why) {
    boolean left =
        (state instanceof RollingBack || state instanceof Queued)
            && !progress.targetDone
            && moveOf(state).filter(move -> move.target().equals(target)).isPresent();
    if (left) {
      progress.targetDone = true;
      progress.failed = false;
      progress.attemptEnds =
          state instanceof Queued s && !isLeaving(s) ? Instant.MAX : progress.attemptEnds;
      progress.leave(
          "the target was not reached (%s); %s cleans up when it is back".formatted(why, target));
    }
    return left;
  }

  private static Optional<Move> moveOf(MigrationState state) {
    return switch (state) {
      case RollingBack s -> s.move();
      case Queued s -> s.move();
      case Empty _, Known _ -> Optional.empty();
    };
  }

  private void abort(Known s, Move move, HostId host, OrderId.Step step) {
    steps.order(
        host,
        new OrderId(id, step, move.attempt(), progress.number),
        new AgentOrder.AbortMigration(id, s.job().vm(), move.runEpoch()),
        settings.cleanKept());
  }
}
