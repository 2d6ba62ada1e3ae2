package io.drover.actor.drill;

import io.drover.actor.api.DrillView.Phase;
import io.drover.actor.area.Area;
import io.drover.actor.area.FleetSight;
import io.drover.actor.area.NodeReport;
import io.drover.actor.area.NodeReport.Sessions;
import io.drover.actor.drill.Drill.Event;
import io.drover.actor.drill.Drill.Mark;
import io.drover.actor.drill.DrillBehavior.Internal;
import io.drover.actor.drill.DrillState.Active;
import io.drover.actor.drill.DrillState.ComingBack;
import io.drover.actor.drill.DrillState.GoingOver;
import io.drover.actor.drill.DrillState.Idle;
import io.drover.actor.drill.DrillState.Job;
import io.drover.actor.drill.DrillState.Over;
import io.drover.actor.operation.Operation;
import io.drover.config.settings.DrillSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.OperationId;
import io.drover.config.units.Spans;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The decisions of a drill: what it makes of what it hears. Knows no actor; not thread-safe. {@link
 * #hear} returns the events to journal.
 */
final class DrillCourse {
  private final FleetSight sight;
  private final DrillSettings settings;
  private final InstantSource clock;
  private final DrillSteps steps;

  // what was heard and is not journaled: it is heard again
  private final Map<Integer, Integer> acknowledged = new HashMap<>();
  private final Map<Integer, Integer> wanted = new HashMap<>();
  private final OperationSearch search = new OperationSearch();
  private String obstacle = "";

  DrillCourse(FleetSight sight, DrillSettings settings, InstantSource clock, DrillSteps steps) {
    this.sight = sight;
    this.settings = settings;
    this.clock = clock;
    this.steps = steps;
  }

  /** One way begins: nothing that was heard counts for it. */
  void forget() {
    acknowledged.clear();
    wanted.clear();
    search.forget();
    obstacle = "";
  }

  List<Event> hear(DrillState state, Internal input) {
    return switch (input) {
      case Internal.Tick _ -> tick(state);
      case Internal.AreaSeen i -> areaSeen(state, i.reply());
      case Internal.OperationSeen i -> operationSeen(state, i.subject());
      case Internal.Unused _ -> List.of();
    };
  }

  private List<Event> tick(DrillState state) {
    return switch (state) {
      case GoingOver s -> goOver(s);
      case ComingBack s -> comeBack(s);
      case Idle _, Over _ -> List.of();
    };
  }

  private List<Event> goOver(GoingOver state) {
    Job job = state.job();
    steps.lookAtArea();
    if (has(job, Mark.ACCEPTED_THERE) && has(job, Mark.HOSTS_THERE)) {
      return List.of(
          comingBack(Phase.COMPLETED, "area %s was run by %s".formatted(job.area(), job.to())));
    }
    if (isLate(job.startedAt())) {
      return List.of(
          comingBack(Phase.FAILED, "not there after %s: ".formatted(limit()) + waits(state)));
    }
    return watch(job, job.to(), Mark.ACCEPTED_THERE, Mark.HOSTS_THERE, false);
  }

  private List<Event> comeBack(ComingBack state) {
    Job job = state.job();
    steps.lookAtArea();
    boolean late = isLate(state.since());
    if (late && state.end() != Phase.FAILED) {
      String reason = "not back after %s: ".formatted(limit()) + waits(state);
      return List.of(comingBack(Phase.FAILED, reason));
    }
    if (!isHome(job)) {
      return watch(job, job.area(), Mark.ACCEPTED_HOME, Mark.HOSTS_HOME, late);
    }
    List<OperationId> unknown = search.next(job);
    unknown.forEach(steps::find);
    return unknown.isEmpty() ? List.of(checked(state)) : List.of();
  }

  private static boolean isHome(Job job) {
    return has(job, Mark.ACCEPTED_HOME) && has(job, Mark.HOSTS_HOME);
  }

  private Event checked(ComingBack state) {
    int lost = search.lost();
    return lost == 0
        ? ended(state.job(), state.end(), state.reason(), Optional.of(0))
        : ended(state.job(), Phase.FAILED, search.loss(), Optional.of(lost));
  }

  /**
   * Opens operations, and looks whether everything is where it is to be.
   *
   * @param late nobody knows for how long: no more operations than it takes
   */
  private List<Event> watch(Job job, AreaId place, Mark accepted, Mark hosts, boolean late) {
    List<Event> events = new ArrayList<>();
    Instant now = clock.instant();
    if (!acknowledged.isEmpty()) {
      events.add(new Event.OperationsAcknowledged(acknowledged, now));
      job = job.after((Event.OperationsAcknowledged) events.getFirst());
      acknowledged.clear();
    }
    for (int cell : job.cells()) {
      if (isAt(place, new CellId(job.area(), cell))) {
        wanted.putIfAbsent(cell, job.nextNumber(cell) + 1); // one that was not asked for before
      } else {
        wanted.remove(cell);
      }
      if (!late || !accepts(job, cell)) {
        steps.open(job.operation(cell, job.nextNumber(cell)));
      }
    }
    if (!has(job, accepted) && accepting(job) == job.cells().size()) {
      events.add(new Event.MarkReached(accepted, now));
    }
    if (!has(job, hosts) && settledAt(place, job.area()) >= job.hosts()) {
      events.add(new Event.MarkReached(hosts, now));
    }
    return events;
  }

  private static boolean has(Job job, Mark mark) {
    return job.marks().containsKey(mark);
  }

  private boolean isLate(Instant since) {
    return since.plus(settings.limit()).isBefore(clock.instant());
  }

  private String limit() {
    return Spans.text(settings.limit());
  }

  private boolean isAt(AreaId place, CellId cell) {
    return sight.nodes().stream()
        .filter(node -> node.area().equals(place))
        .flatMap(node -> node.running().stream())
        .anyMatch(runs -> runs.cell().equals(cell));
  }

  /** Cells that were seen there, and have acknowledged an operation that was opened after that. */
  private int accepting(Job job) {
    return (int) job.cells().stream().filter(cell -> accepts(job, cell)).count();
  }

  private boolean accepts(Job job, int cell) {
    return job.nextNumber(cell) > wanted.getOrDefault(cell, Integer.MAX_VALUE);
  }

  /** Hosts of an area whose agents are where they belong, with control nodes of that place. */
  int settledAt(AreaId place, AreaId area) {
    return sight.nodes().stream()
        .filter(node -> node.area().equals(place))
        .map(NodeReport::sessions)
        .mapToInt(sessions -> sessions.getOrDefault(area, Sessions.NONE).settled())
        .sum();
  }

  /** What an active drill waits for, for people. */
  String waits(Active state) {
    Job job = state.job();
    AreaId place = state instanceof GoingOver ? job.to() : job.area();
    String progress =
        "%d of %d cells accept operations at %s, %d of %d hosts are there"
            .formatted(
                accepting(job),
                job.cells().size(),
                place,
                Math.min(settledAt(place, job.area()), job.hosts()),
                job.hosts());
    if (isHome(job)) {
      progress = search.waits(job);
    }
    return obstacle.isEmpty() ? progress : progress + "; " + obstacle;
  }

  private List<Event> areaSeen(DrillState state, Area.Reply reply) {
    return switch (new DrillState.On<>(state, reply)) {
      case DrillState.On(GoingOver s, Area.Reply.Shown r) -> whileGoingOver(s.job(), r);
      case DrillState.On(GoingOver _, Area.Reply.Refused r) ->
          List.of(comingBack(Phase.FAILED, r.refusal().detail()));
      case DrillState.On(ComingBack s, Area.Reply.Shown r) -> {
        if (r.management().keeper().equals(s.job().area())) {
          obstacle = "";
        } else {
          steps.failBack();
        }
        yield List.of();
      }
      case DrillState.On(ComingBack _, Area.Reply.Refused r) -> {
        obstacle = r.refusal().detail();
        yield List.of();
      }
      case DrillState.On(GoingOver _, _),
          DrillState.On(ComingBack _, _),
          DrillState.On(Idle _, _),
          DrillState.On(Over _, _) ->
          List.of();
    };
  }

  private List<Event> whileGoingOver(Job job, Area.Reply.Shown area) {
    AreaId keeper = area.management().keeper();
    if (keeper.equals(job.to())) {
      return List.of();
    }
    if (area.management().areaEpoch().equals(job.areaEpoch())) {
      steps.failOver(job.to());
      return List.of();
    }
    return List.of(
        comingBack(
            Phase.FAILED, "area %s is run by %s: %s".formatted(job.area(), keeper, area.reason())));
  }

  private List<Event> operationSeen(DrillState state, Operation.Subject subject) {
    if (state instanceof Active s) {
      OperationId operation = OperationId.parse(subject.id());
      int cell = operation.cell().index();
      int next = s.job().nextNumber(cell);
      if (operation.equals(s.job().operation(cell, next))) {
        acknowledged.put(cell, next);
      } else if (subject.area().isPresent()) {
        search.found(operation);
      } else {
        search.missing(operation);
      }
    }
    return List.of();
  }

  /** It comes back; who is late with that already is left where it is. */
  List<Event> abort(Active state) {
    return switch (state) {
      case GoingOver _ -> List.of(comingBack(Phase.ABORTED, "aborted by request"));
      case ComingBack s when isLate(s.since()) ->
          List.of(
              ended(
                  s.job(),
                  Phase.FAILED,
                  s.reason() + "; aborted by request: " + waits(s),
                  Optional.empty()));
      case ComingBack _ -> List.of();
    };
  }

  private Event comingBack(Phase end, String reason) {
    return new Event.ReturnStarted(end, reason, clock.instant());
  }

  private Event ended(Job job, Phase phase, String reason, Optional<Integer> lost) {
    return new Event.DrillEnded(
        job.area(), job.operation(), job.startedAt(), phase, reason, lost, clock.instant());
  }
}
