package io.drover.actor.operation;

import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.OP1;
import static io.drover.actor.Samples.VM;
import static java.util.stream.Collectors.joining;

import io.drover.actor.api.OperationView;
import io.drover.actor.machine.MachineCoverage;
import io.drover.actor.operation.KeyedRequest.Command;
import io.drover.actor.operation.KeyedRequest.Event;
import io.drover.actor.operation.KeyedRequest.Outcome;
import io.drover.actor.operation.KeyedRequest.Reply;
import io.drover.actor.operation.KeyedRequest.State;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class KeyedRequestMachineTest {
  private static final ActorTestKit KIT = ActorTestKit.create(EventSourcedBehaviorTestKit.config());

  private final EventSourcedBehaviorTestKit<Command, Event, State> kit =
      EventSourcedBehaviorTestKit.create(
          KIT.system(), KeyedRequest.create(PersistenceId.ofUniqueId("keyed"), () -> NOW));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void shouldAnswerEveryCommandInEveryState() {
    List<Event> events =
        List.of(
            new Event.RequestBegun("digest", NOW), new Event.RequestAnswered(outcome("stop"), NOW));
    State unknown = new State.Unknown();
    State begun = KeyedRequest.evolve(unknown, events.getFirst());
    List<State> states = List.of(unknown, begun, KeyedRequest.evolve(begun, events.getLast()));
    MachineCoverage coverage =
        new MachineCoverage("keyed-request", State.class, Event.class, List.of(Command.class));
    coverage.visitEvents(states, events, KeyedRequest::evolve);
    List<Function<ActorRef<Reply>, Command>> commands =
        List.of(
            replyTo -> new Command.Begin("digest", replyTo),
            replyTo -> new Command.Begin("another", replyTo),
            replyTo -> new Command.Answer("digest", outcome("start"), replyTo),
            replyTo -> new Command.Answer("another", outcome("start"), replyTo));

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

  private static Outcome outcome(String kind) {
    return new Outcome.OfOperation(
        new OperationView(
            OP1.text(), kind, VM.text(), OperationView.Status.RUNNING, "", NOW, Optional.empty()));
  }

  private static String resultOf(List<Event> events, Reply reply) {
    String persisted =
        events.stream().map(e -> e.getClass().getSimpleName()).collect(joining(", "));
    return persisted.isEmpty() ? reply.getClass().getSimpleName() : "**" + persisted + "**";
  }
}
