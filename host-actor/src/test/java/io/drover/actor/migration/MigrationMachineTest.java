package io.drover.actor.migration;

import static io.drover.actor.migration.SimulatedFleet.MIGRATION;
import static io.drover.actor.migration.SimulatedFleet.SOURCE;
import static io.drover.actor.migration.SimulatedFleet.TARGET;
import static io.drover.actor.migration.SimulatedFleet.VM;

import com.typesafe.config.ConfigFactory;
import io.drover.actor.Routes;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.actor.api.HostView;
import io.drover.actor.host.Host;
import io.drover.actor.host.OrderOutcome;
import io.drover.actor.machine.MachineCoverage;
import io.drover.actor.migration.Migration.Command;
import io.drover.actor.migration.Migration.Event;
import io.drover.actor.migration.Migration.Notice;
import io.drover.actor.migration.Migration.Reply;
import io.drover.actor.migration.Migration.Request;
import io.drover.actor.migration.MigrationAlarms.Alarm;
import io.drover.actor.migration.MigrationBehavior.Internal;
import io.drover.config.settings.EntitySettings;
import io.drover.config.settings.MigrationSettings;
import io.drover.config.units.DataRate;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class MigrationMachineTest {
  private static final ActorTestKit KIT = ActorTestKit.create(EventSourcedBehaviorTestKit.config());

  private final MachineCoverage coverage =
      new MachineCoverage("migration", MigrationState.class, Event.class, List.of(Command.class));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void shouldKnowWhatToDoWithEveryInputInEveryState() {
    coverage.visitEvents(
        MigrationSamples.states(), MigrationSamples.events(), MigrationHistory::evolve);
    for (MigrationState state : MigrationSamples.states()) {
      for (Command command : MigrationSamples.heard()) {
        coverage.visited(state, command, new Ear(state).hear(command));
      }
      for (Alarm alarm : Alarm.values()) {
        Ear ear = new Ear(state);
        coverage.visited(state, ear.rang(alarm), ear.hear(ear.rang(alarm)));
      }
      if (state instanceof MigrationState.Copying) {
        hearAll(state, c -> c instanceof Internal.HostSeen);
        hearAll(state, c -> c instanceof Notice.AgentSaid said && said.host().equals(SOURCE));
        hearAll(state, MigrationMachineTest::isSourceStopped);
        hearAll(state, MigrationMachineTest::isRound, seen(SOURCE), seen(TARGET));
      }
    }
    visitRequests();

    coverage.assertCompleteAndDocumented();
  }

  /** Each input after some others: the source's agent, its rounds or its digest are known. */
  @SafeVarargs
  private void hearAll(MigrationState state, Predicate<Command>... before) {
    for (Command command : MigrationSamples.heard()) {
      Ear ear = new Ear(state);
      for (Predicate<Command> first : before) {
        MigrationSamples.heard().stream().filter(first).limit(1).forEach(ear::hear);
      }
      coverage.visited(state, command, ear.hear(command));
    }
  }

  private static boolean isRound(Command command) {
    return command instanceof Notice.AgentSaid said
        && said.report() instanceof AgentReport.RoundReported;
  }

  private static Predicate<Command> seen(HostId end) {
    return c ->
        c instanceof Internal.HostSeen seen
            && seen.reply() instanceof Host.Reply.Shown(HostView host)
            && host.id().equals(end)
            && host.state() == HostView.State.CONNECTED;
  }

  private static boolean isSourceStopped(Command command) {
    return command instanceof Internal.OrderEnded ended
        && ended.outcome() instanceof OrderOutcome.Answered answered
        && answered.outcome() instanceof Outcome.SourceStopped;
  }

  private void visitRequests() {
    TestProbe<Reply> caller = KIT.createTestProbe();
    EventSourcedBehaviorTestKit<Command, Event, MigrationState> kit =
        EventSourcedBehaviorTestKit.create(
            KIT.system(),
            Migration.create(
                MIGRATION,
                PersistenceId.ofUniqueId("migration-machine"),
                new Migration.Ports(
                    new Sent(),
                    (_, _, _) -> {},
                    MigrationSettings.defaults(),
                    EntitySettings.from(ConfigFactory.defaultReference()),
                    () -> MigrationSamples.NOW),
                () -> {}));
    MigrateRequest request =
        new MigrateRequest(
            Optional.empty(), Optional.empty(), Optional.empty(), DataRate.UNLIMITED);
    // a locked one goes on to stop-and-copy by itself; one that recovers there rolls back by itself
    MigrationState locked =
        MigrationSamples.states().stream()
            .filter(MigrationState.Locked.class::isInstance)
            .findFirst()
            .orElseThrow();
    for (MigrationState state : MigrationSamples.states()) {
      kit.clear();
      kit.initialize(state instanceof MigrationState.StopAndCopy ? locked : state);
      Request get = new Request.Get(caller.ref());
      Request cancel = new Request.Cancel(caller.ref());
      Request start = new Request.Start(VM, SOURCE, request, "digest", caller.ref());
      Request other = new Request.Start(VM, SOURCE, request, "another", caller.ref());
      List<Request> requests =
          state instanceof MigrationState.Empty
              ? List.of(get, cancel, start)
              : List.of(get, start, other, cancel);
      for (Request command : requests) { // the one that changes the state is the last
        Optional<Event> event =
            kit.runCommand(command).events().stream().filter(e -> isOf(command, e)).findFirst();
        String answer =
            switch (caller.receiveMessage()) {
              case Reply.Shown _ -> "Shown";
              case Reply.Refused r -> r.refusal().kind().name();
            };
        coverage.visited(state, command, event.map(MigrationMachineTest::bold).orElse(answer));
      }
    }
  }

  private static boolean isOf(Request command, Event event) {
    return switch (command) {
      case Request.Start _ -> event instanceof Event.Requested;
      case Request.Cancel _ -> event instanceof Event.RollbackStarted e && e.cancelled();
      case Request.Get _ -> false;
    };
  }

  private static String bold(Event event) {
    return "**" + event.getClass().getSimpleName() + "**";
  }

  /** Remembers what was sent. */
  private static final class Sent implements Routes {
    private final List<String> names = new ArrayList<>();

    @Override
    public <C> void tell(EntityTypeKey<C> type, String entityId, C command) {
      names.add(command.getClass().getSimpleName());
    }

    @Override
    public <C, R> CompletionStage<R> ask(
        EntityTypeKey<C> type, String entityId, Function<ActorRef<R>, C> command) {
      throw new UnsupportedOperationException("entities do not ask");
    }
  }

  /** A course in one state, without an actor. */
  private static final class Ear {
    private final MigrationState state;
    private final Sent sent = new Sent();
    private final MigrationProgress progress = new MigrationProgress();
    private final MigrationCourse course;

    private Ear(MigrationState state) {
      this.state = state;
      MigrationSteps.Mailboxes mailboxes =
          new MigrationSteps.Mailboxes(inbox(), inbox(), inbox(), inbox(), inbox());
      this.course =
          new MigrationCourse(
              new MigrationTools(
                  MIGRATION,
                  MigrationSettings.defaults(),
                  new MigrationSteps(MIGRATION, sent, mailboxes),
                  new Silence(),
                  progress,
                  () -> MigrationSamples.NOW));
      course.entered(state);
    }

    private static <T> ActorRef<T> inbox() {
      return TestInbox.<T>create().getRef();
    }

    private Internal.Rang rang(Alarm alarm) {
      return new Internal.Rang(alarm, progress.entry);
    }

    /** The event, else what was sent, else nothing. */
    private String hear(Command command) {
      sent.names.clear();
      Optional<Event> event =
          switch (command) {
            case Notice c -> course.hear(state, c);
            case Internal c -> course.hear(state, c);
            case Request c -> throw new AssertionError("for the actor: " + c);
          };
      if (command instanceof Notice.StillNeeds c) {
        if (state.owesClaimAt(c.host())) {
          course.handOverLate(state, c.host());
          return sent.names.getLast();
        }
        return state.needsClaimAt(c.host()) ? "needed" : "not needed";
      }
      return event
          .map(MigrationMachineTest::bold)
          .orElseGet(() ->
              sent.names.isEmpty()
                  ? "-"
                  : sent.names.stream().distinct().collect(Collectors.joining(" ")));
    }
  }

  private static final class Silence implements MigrationAlarms {
    @Override
    public void ring(Alarm alarm, Duration after, int entry) {}

    @Override
    public void cancelAll() {}
  }
}
