package io.drover.actor.drill;

import io.drover.actor.CborSerializable;
import io.drover.actor.Ids;
import io.drover.actor.api.DrillView.Phase;
import io.drover.actor.api.OperationView;
import io.drover.actor.drill.Drill.Event;
import io.drover.actor.drill.Drill.Mark;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.Epoch;
import io.drover.config.units.OperationId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the journal says of an area's drills. The table is in {@code docs/state-machines/drill.md}.
 */
sealed interface DrillState extends CborSerializable {
  /** There never was one. */
  record Idle() implements DrillState {}

  /** There is, or was, a drill. */
  sealed interface Known extends DrillState {
    Job job();
  }

  /** Something is still to be done. */
  sealed interface Active extends Known {}

  /** The backup is to run the area. */
  record GoingOver(Job job) implements Active {}

  /**
   * The area is to run itself again.
   *
   * @param end how the drill ends when all goes well from here
   */
  record ComingBack(Job job, Phase end, String reason, Instant since) implements Active {}

  /** Nothing is left to do. */
  record Over(
      Job job,
      Phase phase,
      String reason,
      Optional<Integer> operationsLost,
      Instant returnedAt,
      Instant endedAt)
      implements Known {}

  /**
   * One drill.
   *
   * @param areaEpoch of the area just before
   * @param acknowledged operations of each cell, by its index; they are numbered from 1
   * @param marks when they were reached
   * @param earlier how the last drills before it ended
   */
  record Job(
      AreaId area,
      OperationId operation,
      AreaId to,
      Epoch areaEpoch,
      Set<Integer> cells,
      int hosts,
      Instant startedAt,
      Map<Integer, Integer> acknowledged,
      Map<Mark, Instant> marks,
      List<OperationView> earlier)
      implements CborSerializable {
    /** Ended drills of an area that can be asked for by their operations. */
    static final int EARLIER_LIMIT = 8;

    public Job {
      cells = Set.copyOf(cells);
      acknowledged = Map.copyOf(acknowledged);
      marks = Map.copyOf(marks);
      earlier = List.copyOf(earlier);
    }

    static Job of(Event.DrillStarted e, List<OperationView> earlier) {
      int from = Math.max(0, earlier.size() - EARLIER_LIMIT);
      return new Job(
          e.area(),
          e.operation(),
          e.to(),
          e.areaEpoch(),
          e.cells(),
          e.hosts(),
          e.at(),
          Map.of(),
          Map.of(),
          earlier.subList(from, earlier.size()));
    }

    /** The same for the same cell and number, for ever. */
    OperationId operation(int cell, int number) {
      String text = String.join("\n", "drill", operation.text(), Integer.toString(number));
      return new OperationId(new CellId(area, cell), Ids.derived(text));
    }

    /** Of the operation of a cell that is not known to be acknowledged yet. */
    int nextNumber(int cell) {
      return acknowledged.getOrDefault(cell, 0) + 1;
    }

    /** All that have been acknowledged. */
    List<OperationId> operations() {
      List<OperationId> all = new ArrayList<>();
      acknowledged.forEach((cell, count) -> {
        for (int number = 1; number <= count; number++) {
          all.add(operation(cell, number));
        }
      });
      return all;
    }

    private Job with(Map<Integer, Integer> nextAcknowledged, Map<Mark, Instant> nextMarks) {
      return new Job(
          area,
          operation,
          to,
          areaEpoch,
          cells,
          hosts,
          startedAt,
          nextAcknowledged,
          nextMarks,
          earlier);
    }

    Job after(Event.OperationsAcknowledged e) {
      Map<Integer, Integer> all = new HashMap<>(acknowledged);
      all.putAll(e.acknowledged());
      return with(all, marks);
    }

    Job after(Event.MarkReached e) {
      Map<Mark, Instant> all = new HashMap<>(marks);
      all.put(e.mark(), e.at());
      return with(acknowledged, all);
    }
  }

  /** Input to a transition: lets a switch match the pair. */
  record On<T>(DrillState state, T input) {}

  static DrillState evolve(DrillState state, Event event) {
    return switch (new On<>(state, event)) {
      case On(Idle _, Event.DrillStarted e) -> new GoingOver(Job.of(e, List.of()));
      case On(Over s, Event.DrillStarted e) -> new GoingOver(Job.of(e, ended(s)));
      case On(GoingOver s, Event.OperationsAcknowledged e) -> new GoingOver(s.job().after(e));
      case On(GoingOver s, Event.MarkReached e) -> new GoingOver(s.job().after(e));
      case On(GoingOver s, Event.ReturnStarted e) ->
          new ComingBack(s.job(), e.end(), e.reason(), e.at());
      case On(ComingBack s, Event.ReturnStarted e) ->
          new ComingBack(s.job(), e.end(), e.reason(), s.since());
      case On(ComingBack s, Event.OperationsAcknowledged e) ->
          new ComingBack(s.job().after(e), s.end(), s.reason(), s.since());
      case On(ComingBack s, Event.MarkReached e) ->
          new ComingBack(s.job().after(e), s.end(), s.reason(), s.since());
      case On(ComingBack s, Event.DrillEnded e) ->
          new Over(s.job(), e.phase(), e.reason(), e.operationsLost(), s.since(), e.at());
      case On(Idle _, _), On(GoingOver _, _), On(ComingBack _, _), On(Over _, _) ->
          throw new IllegalStateException("corrupt journal: " + event + " cannot follow " + state);
    };
  }

  private static List<OperationView> ended(Over state) {
    List<OperationView> all = new ArrayList<>(state.job().earlier());
    Job job = state.job();
    all.add(
        Drill.ended(
            job.operation(),
            job.area(),
            job.startedAt(),
            state.phase(),
            state.reason(),
            state.endedAt()));
    return all;
  }
}
