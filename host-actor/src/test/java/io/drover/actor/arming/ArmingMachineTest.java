package io.drover.actor.arming;

import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.settings;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.RecordingRoutes;
import io.drover.actor.api.ArmingView;
import io.drover.actor.api.ArmingView.Mode;
import io.drover.actor.arming.Arming.Command;
import io.drover.actor.arming.Arming.Event;
import io.drover.actor.arming.Arming.State;
import io.drover.actor.host.Host;
import io.drover.actor.machine.Answers;
import io.drover.actor.machine.MachineCoverage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ArmingMachineTest {
  private static final ActorTestKit KIT = ActorTestKit.create(EventSourcedBehaviorTestKit.config());
  private static final Instant SOON = NOW.plus(Duration.ofMinutes(1));

  private final Answers caller = new Answers(KIT);
  private final RecordingRoutes routes = new RecordingRoutes();
  private final EventSourcedBehaviorTestKit<Command, Event, State> kit =
      EventSourcedBehaviorTestKit.create(
          KIT.system(),
          Arming.create(
              NORTH, PersistenceId.ofUniqueId("arming-machine"), routes, settings(), () -> NOW));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void shouldAnswerEveryCommandInEveryState() {
    MachineCoverage coverage =
        new MachineCoverage("arming", State.class, Event.class, List.of(Command.class));
    coverage.visitEvents(states(), events(), Arming::evolve);

    for (State state : states()) {
      for (Command command : commands()) {
        kit.clear();
        kit.initialize(state);
        routes.clear();
        var result = kit.runCommand(command);
        coverage.visited(state, command, resultOf(result.events()));
      }
    }

    coverage.assertCompleteAndDocumented();
  }

  @Test
  void shouldGoOnIgnoringWhatWasLostBeforeItWasProlonged() {
    State state = states().getFirst();
    for (Event event :
        List.of(
            new Event.Disarmed(SOON, Mode.IGNORE, "new switches", NOW),
            new Event.Disarmed(SOON.plusSeconds(60), Mode.IGNORE, "not yet", NOW.plusSeconds(50)),
            new Event.Armed(false, NOW.plusSeconds(70)))) {
      state = Arming.evolve(state, event);
    }

    assertThat(state).isEqualTo(new State.Armed(Instant.EPOCH, NOW, NOW.plusSeconds(70)));
  }

  /** Armed; while losses were ignored; for a while to come, either way; no longer. */
  private static List<State> states() {
    return List.of(
        new State.Armed(Instant.EPOCH, Instant.EPOCH, Instant.EPOCH),
        new State.Armed(Instant.EPOCH, NOW.minusSeconds(60), SOON),
        new State.Disarmed(Instant.EPOCH, NOW, SOON, Mode.FREEZE, "new switches"),
        new State.Disarmed(Instant.EPOCH, NOW, SOON, Mode.IGNORE, "new switches"),
        new State.Disarmed(Instant.EPOCH, Instant.EPOCH, NOW, Mode.FREEZE, "was over"));
  }

  private static List<Event> events() {
    return List.of(
        new Event.Armed(false, NOW),
        new Event.Armed(true, NOW),
        new Event.Disarmed(SOON, Mode.FREEZE, "new switches", NOW));
  }

  private List<Command> commands() {
    ActorRef<ArmingView> person = caller.ref();
    return List.of(
        new Command.Arm(false, person),
        new Command.Arm(true, person),
        new Command.Disarm(Duration.ofMinutes(2), Mode.IGNORE, "new racks", person),
        new Command.Get(person),
        new Command.AskLeave(H1, NOW, caller.ref()));
  }

  /** What is passed on, the scheduler answers. */
  private String resultOf(List<Event> persisted) {
    String events = persisted.stream().map(e -> e.getClass().getSimpleName()).collect(joining());
    Stream<String> said =
        caller.take().stream().map(reply -> reply instanceof Host.Leave ? "held" : "answered");
    Stream<String> passed =
        routes.all().stream().map(sent -> sent.command().getClass().getSimpleName());
    String followed = Stream.concat(said, passed).collect(joining(", "));
    return events.isEmpty() ? followed : "**" + events + "**, " + followed;
  }
}
