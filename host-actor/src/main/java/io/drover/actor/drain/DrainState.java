package io.drover.actor.drain;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.DrainView.Phase;
import io.drover.actor.api.DrainView.Status;
import io.drover.actor.api.OperationView;
import io.drover.actor.drain.Drain.Event;
import io.drover.actor.drain.Drain.VmLeft;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the journal says of a host's drains. The table is in {@code docs/state-machines/drain.md}.
 */
sealed interface DrainState extends CborSerializable {
  /** It was never drained. */
  record Idle() implements DrainState {}

  /** There is, or was, a drain. */
  sealed interface Known extends DrainState {
    Job job();
  }

  /** Something is still to be done. */
  sealed interface Active extends Known {}

  /** The host is to be cordoned. */
  record Cordoning(Job job) implements Active {}

  /** VMs are moved. */
  record Draining(Job job) implements Active {}

  /** Migrations under way are cancelled; none is started. */
  record Aborting(Job job, String reason) implements Active {}

  /** Nothing is left to do. */
  record Over(Job job, Phase phase, String reason, Instant endedAt, List<VmLeft> left)
      implements Known {
    public Over {
      left = List.copyOf(left);
    }
  }

  /**
   * One drain.
   *
   * @param moves of every VM that was tried, in the order of the first attempts
   * @param lastProgress when it began, or when a VM was last moved
   * @param earlier how the last drains before it ended
   */
  record Job(
      HostId host,
      OperationId operation,
      Instant startedAt,
      List<Move> moves,
      Instant lastProgress,
      List<OperationView> earlier)
      implements CborSerializable {
    /** Ended drains of a host that can be asked for by their operations. */
    static final int EARLIER_LIMIT = 8;

    public Job {
      moves = List.copyOf(moves);
      earlier = List.copyOf(earlier);
    }

    static Job of(Event.DrainStarted e, List<OperationView> earlier) {
      int from = Math.max(0, earlier.size() - EARLIER_LIMIT);
      return new Job(
          e.host(),
          e.operation(),
          e.at(),
          List.of(),
          e.at(),
          earlier.subList(from, earlier.size()));
    }

    Optional<Move> moveOf(VmId vm) {
      return moves.stream().filter(m -> m.vm().equals(vm)).findFirst();
    }

    List<Move> underWay() {
      return moves.stream().filter(m -> m.status() == Status.MOVING).toList();
    }

    boolean isUnderWay(VmId vm, MigrationId migration) {
      return moveOf(vm)
          .filter(m -> m.status() == Status.MOVING && m.migration().equals(migration))
          .isPresent();
    }

    private Job with(Move move, Instant progress) {
      List<Move> all = new ArrayList<>(moves);
      int index = all.stream().map(Move::vm).toList().indexOf(move.vm());
      if (index < 0) {
        all.add(move);
      } else {
        all.set(index, move);
      }
      return new Job(host, operation, startedAt, all, progress, earlier);
    }

    Job after(Event.MoveStarted e) {
      return with(
          new Move(
              e.vm(),
              Status.MOVING,
              e.attempt(),
              e.migration(),
              e.vmVersion(),
              Optional.empty(),
              "",
              e.at()),
          lastProgress);
    }

    Job after(Event.MoveEnded e) {
      Move before =
          moveOf(e.vm())
              .filter(m -> m.migration().equals(e.migration()))
              .orElseThrow(() -> new IllegalStateException("corrupt journal: no move for " + e));
      Status status =
          e.target().isPresent() ? Status.MOVED : e.isFinal() ? Status.STAYS : Status.WAITING;
      return with(
          new Move(
              e.vm(),
              status,
              before.attempts(),
              e.migration(),
              before.vmVersion(),
              e.target(),
              e.reason(),
              e.at()),
          status == Status.MOVED ? e.at() : lastProgress);
    }
  }

  /**
   * What became of a VM that was tried.
   *
   * @param migration the last one
   * @param since of that status
   */
  record Move(
      VmId vm,
      Status status,
      int attempts,
      MigrationId migration,
      long vmVersion,
      Optional<HostId> target,
      String reason,
      Instant since)
      implements CborSerializable {}

  /** Input to a transition: lets a switch match the pair. */
  record On<T>(DrainState state, T input) {}

  static DrainState evolve(DrainState state, Event event) {
    return switch (new On<>(state, event)) {
      case On(Idle _, Event.DrainStarted e) -> new Cordoning(Job.of(e, List.of()));
      case On(Over s, Event.DrainStarted e) -> new Cordoning(Job.of(e, DrainViews.ended(s)));
      case On(Cordoning s, Event.HostCordoned _) -> new Draining(s.job());
      case On(Cordoning s, Event.AbortStarted e) -> new Aborting(s.job(), e.reason());
      case On(Cordoning s, Event.DrainEnded e) -> over(s.job(), e);
      case On(Draining s, Event.MoveStarted e) -> new Draining(s.job().after(e));
      case On(Draining s, Event.MoveEnded e) -> new Draining(s.job().after(e));
      case On(Draining s, Event.AbortStarted e) -> new Aborting(s.job(), e.reason());
      case On(Draining s, Event.DrainEnded e) -> over(s.job(), e);
      case On(Aborting s, Event.MoveEnded e) -> new Aborting(s.job().after(e), s.reason());
      case On(Aborting s, Event.DrainEnded e) -> over(s.job(), e);
      case On(Idle _, _), On(Cordoning _, _), On(Draining _, _), On(Aborting _, _), On(Over _, _) ->
          throw new IllegalStateException("corrupt journal: " + event + " cannot follow " + state);
    };
  }

  private static Over over(Job job, Event.DrainEnded e) {
    return new Over(job, e.phase(), e.reason(), e.at(), e.left());
  }
}
