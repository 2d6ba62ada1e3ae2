package io.drover.actor.drain;

import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.H2;
import static io.drover.actor.Samples.M1;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.OP1;
import static io.drover.actor.Samples.OP2;
import static io.drover.actor.Samples.VM;
import static io.drover.actor.Samples.moves;
import static io.drover.actor.Samples.settings;
import static java.util.stream.Collectors.joining;

import io.drover.actor.RecordingRoutes;
import io.drover.actor.api.DrainView;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.drain.Drain.Command;
import io.drover.actor.drain.Drain.Event;
import io.drover.actor.drain.Drain.Reply;
import io.drover.actor.drain.Drain.Request;
import io.drover.actor.drain.DrainBehavior.Internal;
import io.drover.actor.host.Host;
import io.drover.actor.machine.Answers;
import io.drover.actor.machine.MachineCoverage;
import io.drover.actor.migration.Migration;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.actor.vm.Vm;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class DrainMachineTest {
  private static final ActorTestKit KIT = ActorTestKit.create(EventSourcedBehaviorTestKit.config());
  private static final Event STARTED = new Event.DrainStarted(H1, OP1, NOW);
  private static final Event CORDONED = new Event.HostCordoned(NOW);
  private static final Event MOVE_STARTED = new Event.MoveStarted(VM, M1, 1, 7, NOW);
  private static final Event MOVE_ENDED =
      new Event.MoveEnded(VM, M1, Optional.of(H2), "completed", false, NOW);
  private static final Event ABORT_STARTED = new Event.AbortStarted("aborted by request", NOW);
  private static final Event ENDED =
      new Event.DrainEnded(
          H1, OP1, NOW, DrainView.Phase.COMPLETED, "nothing is left on the host", List.of(), NOW);

  static final List<Event> EVENTS =
      List.of(STARTED, CORDONED, MOVE_STARTED, MOVE_ENDED, ABORT_STARTED, ENDED);

  static final List<DrainState> STATES =
      List.of(
          after(),
          after(STARTED),
          after(STARTED, CORDONED, MOVE_STARTED),
          after(STARTED, CORDONED, MOVE_STARTED, ABORT_STARTED),
          after(STARTED, CORDONED, MOVE_STARTED, MOVE_ENDED, ENDED));

  private final Answers caller = new Answers(KIT);
  private final MachineCoverage coverage =
      new MachineCoverage("drain", DrainState.class, Event.class, List.of(Command.class));
  private final EventSourcedBehaviorTestKit<Command, Event, DrainState> kit =
      EventSourcedBehaviorTestKit.create(
          KIT.system(),
          Drain.create(
              H1,
              PersistenceId.ofUniqueId("drain-machine"),
              new Drain.Ports(new RecordingRoutes(), moves(), settings(), () -> NOW),
              () -> caller.ref().tell("rests")));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static DrainState after(Event... events) {
    DrainState state = new DrainState.Idle();
    for (Event event : events) {
      state = DrainState.evolve(state, event);
    }
    return state;
  }

  @Test
  void shouldAnswerEveryCommandInEveryState() {
    coverage.visitEvents(STATES, EVENTS, DrainState::evolve);

    for (DrainState state : STATES) {
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
    Refusal missing = Refusal.of(Refusal.Kind.NOT_FOUND, "none");
    return List.of(
        new Request.Start(OP1, caller.ref()),
        new Request.Start(OP2, caller.ref()),
        new Request.Abort(caller.ref()),
        new Request.Get(caller.ref()),
        new Request.GetOperation(OP1, caller.ref()),
        new Request.GetOperation(OP2, caller.ref()),
        new Internal.Tick(),
        new Internal.HostSeen(new Host.Reply.Shown(DrainSamples.host(true, VM))),
        new Internal.HostSeen(new Host.Reply.Shown(DrainSamples.host(false, VM))),
        new Internal.HostSeen(new Host.Reply.Refused(missing)),
        new Internal.VmSeen(new Vm.Reply.Refused(missing)),
        new Internal.PlacementSeen(new Placement.Refused(Optional.empty(), missing)),
        new Internal.MigrationSeen(
            new Migration.Reply.Shown(
                DrainSamples.migration(VM, M1, MigrationView.Phase.COMPLETED, Optional.of(H2)))),
        new Internal.MigrationSeen(new Migration.Reply.Refused(missing)),
        new Internal.Unused());
  }
}
