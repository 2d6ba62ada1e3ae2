package io.drover.actor.area;

import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.settings;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.area.Area.Command;
import io.drover.actor.area.Area.Event;
import io.drover.actor.area.Area.Reply;
import io.drover.actor.area.Area.State;
import io.drover.actor.machine.MachineCoverage;
import io.drover.config.units.HostId;
import java.util.List;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class AreaMachineTest {
  private static final ActorTestKit KIT = ActorTestKit.create(EventSourcedBehaviorTestKit.config());
  private static final List<Event> EVENTS =
      List.of(new Event.AreaDefined(NORTH, 8, NOW), new Event.HostJoined(H1, NOW));

  private final EventSourcedBehaviorTestKit<Command, Event, State> kit =
      EventSourcedBehaviorTestKit.create(
          KIT.system(),
          Area.create(NORTH, PersistenceId.ofUniqueId("area-machine"), settings(), () -> NOW));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void shouldAnswerEveryCommandInEveryState() {
    State undefined = new State.Undefined();
    List<State> states = List.of(undefined, Area.evolve(undefined, EVENTS.getFirst()));
    MachineCoverage coverage =
        new MachineCoverage("area", State.class, Event.class, List.of(Command.class));
    coverage.visitEvents(states, EVENTS, Area::evolve);
    List<Function<ActorRef<Reply>, Command>> commands =
        List.of(
            replyTo -> new Command.Ensure(8, replyTo),
            replyTo -> new Command.Ensure(4, replyTo),
            replyTo -> new Command.RegisterHost("h1", replyTo),
            replyTo -> new Command.RegisterHost("NOT A NAME", replyTo),
            Command.Get::new);

    for (State state : states) {
      for (Function<ActorRef<Reply>, Command> command : commands) {
        kit.clear();
        kit.initialize(state);
        var result = kit.runCommand(command);
        coverage.visited(state, result.command(), resultOf(result.events(), result.reply()));
      }
    }

    coverage.assertCompleteAndDocumented();
  }

  private static String resultOf(List<Event> events, Reply reply) {
    String persisted =
        events.stream().map(e -> e.getClass().getSimpleName()).collect(joining(", "));
    return persisted.isEmpty()
        ? reply instanceof Reply.Refused r
            ? r.refusal().kind().name()
            : reply.getClass().getSimpleName()
        : "**" + persisted + "**";
  }

  @Test
  void shouldGiveAHostTheSameIdEachTimeItRegisters() {
    kit.clear();
    kit.runCommand((ActorRef<Reply> replyTo) -> new Command.Ensure(8, replyTo));
    HostId first = register();

    var again =
        kit.runCommand((ActorRef<Reply> replyTo) -> new Command.RegisterHost("h1", replyTo));

    assertThat(again.reply()).isEqualTo(new Reply.HostIs(first));
    assertThat(again.hasNoEvents()).isTrue();
  }

  private HostId register() {
    var result =
        kit.runCommand((ActorRef<Reply> replyTo) -> new Command.RegisterHost("h1", replyTo));
    return ((Reply.HostIs) result.reply()).host();
  }
}
