package io.drover.actor.drill;

import static io.drover.actor.Samples.E1;
import static io.drover.actor.Samples.E2;
import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.OP1;
import static io.drover.actor.Samples.OP2;
import static io.drover.actor.Samples.drills;
import static io.drover.actor.Samples.settings;
import static java.util.stream.Collectors.joining;

import io.drover.actor.RecordingRoutes;
import io.drover.actor.api.DrillView.Phase;
import io.drover.actor.api.Refusal;
import io.drover.actor.area.Area;
import io.drover.actor.area.AreaPolicy;
import io.drover.actor.area.KnownFleet;
import io.drover.actor.area.Management;
import io.drover.actor.drill.Drill.Command;
import io.drover.actor.drill.Drill.Event;
import io.drover.actor.drill.Drill.Mark;
import io.drover.actor.drill.Drill.Reply;
import io.drover.actor.drill.Drill.Request;
import io.drover.actor.drill.DrillBehavior.Internal;
import io.drover.actor.machine.Answers;
import io.drover.actor.machine.MachineCoverage;
import io.drover.actor.operation.Operation;
import io.drover.config.units.AreaId;
import io.drover.config.units.Epoch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class DrillMachineTest {
  private static final ActorTestKit KIT = ActorTestKit.create(EventSourcedBehaviorTestKit.config());
  private static final AreaId SOUTH = new AreaId("south");
  private static final Event STARTED =
      new Event.DrillStarted(NORTH, OP1, SOUTH, E1, Set.of(3), 1, NOW);
  private static final Event ACKNOWLEDGED = new Event.OperationsAcknowledged(Map.of(3, 1), NOW);
  private static final Event MARK = new Event.MarkReached(Mark.HOSTS_THERE, NOW);
  private static final Event RETURN = new Event.ReturnStarted(Phase.COMPLETED, "was there", NOW);
  private static final Event ENDED =
      new Event.DrillEnded(NORTH, OP1, NOW, Phase.COMPLETED, "was there", Optional.of(0), NOW);

  static final List<DrillState> STATES =
      List.of(
          after(),
          after(STARTED, ACKNOWLEDGED, MARK),
          after(STARTED, RETURN, ACKNOWLEDGED),
          after(STARTED, RETURN, ENDED));

  private final Answers caller = new Answers(KIT);
  private final MachineCoverage coverage =
      new MachineCoverage("drill", DrillState.class, Event.class, List.of(Command.class));
  private final EventSourcedBehaviorTestKit<Command, Event, DrillState> kit =
      EventSourcedBehaviorTestKit.create(
          KIT.system(),
          Drill.create(
              NORTH,
              PersistenceId.ofUniqueId("drill-machine"),
              new Drill.Ports(
                  new RecordingRoutes(), new KnownFleet(), drills(), settings(), () -> NOW),
              () -> caller.ref().tell("rests")));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static DrillState after(Event... events) {
    DrillState state = new DrillState.Idle();
    for (Event event : events) {
      state = DrillState.evolve(state, event);
    }
    return state;
  }

  @Test
  void shouldAnswerEveryCommandInEveryState() {
    coverage.visitEvents(
        STATES, List.of(STARTED, ACKNOWLEDGED, MARK, RETURN, ENDED), DrillState::evolve);

    for (DrillState state : STATES) {
      for (Command command : commands()) {
        kit.clear();
        kit.initialize(state);
        var result = kit.runCommand(command);
        coverage.visited(state, command, resultOf(result.events()));
      }
    }

    coverage.assertCompleteAndDocumented();
  }

  private String resultOf(List<Event> events) {
    String answer =
        caller
            .take()
            .map(a ->
                a instanceof String said
                    ? said
                    : a instanceof Reply.Refused r
                        ? r.refusal().kind().name()
                        : a.getClass().getSimpleName())
            .orElse(MachineCoverage.NOTHING);
    String persisted =
        events.stream().map(e -> e.getClass().getSimpleName()).collect(joining(", "));
    return persisted.isEmpty() ? answer : "**" + persisted + "**";
  }

  private List<Command> commands() {
    return List.of(
        new Request.Start(OP1, Optional.empty(), caller.ref()),
        new Request.Start(OP2, Optional.empty(), caller.ref()),
        new Request.Abort(caller.ref()),
        new Request.Get(caller.ref()),
        new Request.GetOperation(OP1, caller.ref()),
        new Request.GetOperation(OP2, caller.ref()),
        new Internal.Tick(),
        new Internal.AreaSeen(shown(SOUTH, E2)),
        new Internal.AreaSeen(shown(new AreaId("west"), E2)),
        new Internal.AreaSeen(new Area.Reply.Refused(Refusal.of(Refusal.Kind.NOT_FOUND, "none"))),
        new Internal.OperationSeen(
            new Operation.Subject(
                OP1.text(), Optional.empty(), Optional.empty(), Optional.of(NORTH))),
        new Internal.Unused());
  }

  private static Area.Reply shown(AreaId keeper, Epoch areaEpoch) {
    Management management =
        new Management(
            NORTH,
            areaEpoch,
            2,
            2,
            8,
            Map.of(3, 1),
            AreaPolicy.DEFAULT,
            keeper,
            Map.of(),
            Map.of());
    return new Area.Reply.Shown(management, List.of(), Area.Cause.OPERATOR, "a drill", NOW);
  }
}
