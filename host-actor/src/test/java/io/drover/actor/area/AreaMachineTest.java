package io.drover.actor.area;

import static io.drover.actor.Samples.E1;
import static io.drover.actor.Samples.E2;
import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.settings;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.Routes;
import io.drover.actor.Samples;
import io.drover.actor.agent.AgentSession.EndpointList;
import io.drover.actor.api.AreaView.Alarm;
import io.drover.actor.api.ControlPlane.AreaChange;
import io.drover.actor.area.Area.Cause;
import io.drover.actor.area.Area.Command;
import io.drover.actor.area.Area.Event;
import io.drover.actor.area.Area.Reply;
import io.drover.actor.area.Area.Request;
import io.drover.actor.machine.MachineCoverage;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AreaMachineTest {
  private static final ActorTestKit KIT = ActorTestKit.create(EventSourcedBehaviorTestKit.config());
  private static final AreaId SOUTH = new AreaId("south");
  private static final AreaId WEST = new AreaId("west");
  private static final Set<Integer> CELLS = Set.of(3);
  private static final List<Event> EVENTS =
      List.of(
          new Event.AreaDefined(NORTH, 8, NOW),
          new Event.HostJoined(H1, NOW),
          new Event.PolicySet(AreaPolicy.DEFAULT.withBackups(List.of(SOUTH)), NOW),
          new Event.GatewaysChanged(Map.of(NORTH, List.of("n1:7200")), NOW),
          new Event.FailedOver(NORTH, SOUTH, E1, Cause.LOST, "no nodes", NOW),
          new Event.FailedBack(SOUTH, E2, Cause.OPERATOR, "well again", NOW),
          new Event.CellsLent(CELLS, SOUTH, E1, Cause.OVERLOAD, "full", NOW),
          new Event.CellsReturned(CELLS, SOUTH, E2, Cause.RELIEF, "room", NOW));

  private final KnownFleet fleet =
      new KnownFleet().node("n1", NORTH, 1).node("s1", SOUTH, 2).area(SOUTH);
  private final List<String> woken = new ArrayList<>();
  private Instant now = NOW;
  private final EventSourcedBehaviorTestKit<Command, Event, AreaState> kit =
      EventSourcedBehaviorTestKit.create(
          KIT.system(),
          Area.create(
              NORTH,
              PersistenceId.ofUniqueId("area-machine"),
              new Area.Ports(new Woken(), fleet, Samples.areas(), settings(), () -> now)));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @BeforeEach
  void clear() {
    kit.clear();
  }

  @Test
  void shouldAnswerEveryCommandInEveryState() {
    AreaState undefined = new AreaState.Undefined();
    AreaState home = after(undefined, EVENTS.getFirst(), EVENTS.get(2));
    AreaState away = AreaState.evolve(home, EVENTS.get(4));
    AreaState lending = AreaState.evolve(home, EVENTS.get(6));
    List<AreaState> states = List.of(undefined, home, lending, away);
    MachineCoverage coverage =
        new MachineCoverage("area", AreaState.class, Event.class, List.of(Command.class));
    coverage.visitEvents(states, EVENTS, AreaState::evolve);
    List<Function<ActorRef<Reply>, Command>> commands =
        List.of(
            replyTo -> new Request.Ensure(8, List.of(SOUTH), replyTo),
            replyTo -> new Request.Ensure(4, List.of(), replyTo),
            replyTo -> new Request.RegisterHost("h1", replyTo),
            replyTo -> new Request.RegisterHost("NOT A NAME", replyTo),
            Request.Get::new,
            replyTo -> policy(List.of(), OptionalLong.empty(), replyTo),
            replyTo -> policy(List.of(WEST), OptionalLong.empty(), replyTo),
            replyTo -> policy(List.of(SOUTH), OptionalLong.of(99), replyTo),
            replyTo -> new Request.FailOver(Optional.empty(), "test", replyTo),
            replyTo -> new Request.FailOver(Optional.of(WEST), "test", replyTo),
            replyTo -> new Request.FailBack("test", replyTo),
            replyTo -> new Request.TakeBack(SOUTH, "test", replyTo));

    for (AreaState state : states) {
      for (Function<ActorRef<Reply>, Command> command : commands) {
        kit.clear();
        kit.initialize(state);
        var result = kit.runCommand(command);
        coverage.visited(state, result.command(), resultOf(result.events(), result.reply()));
      }
      for (Command internal :
          List.of(
              new AreaBehavior.Internal.Join(),
              new AreaBehavior.Internal.Tick(),
              new AreaBehavior.Internal.LookAtLoad(),
              new AreaBehavior.Internal.Sweep())) {
        kit.clear();
        kit.initialize(state);
        var result = kit.runCommand(internal);
        coverage.visited(
            state,
            internal,
            result.events().isEmpty()
                ? MachineCoverage.NOTHING
                : "**" + names(result.events()) + "**");
      }
    }

    coverage.assertCompleteAndDocumented();
  }

  private static AreaState after(AreaState state, Event... events) {
    AreaState next = state;
    for (Event event : events) {
      next = AreaState.evolve(next, event);
    }
    return next;
  }

  private static Command policy(
      List<AreaId> backups, OptionalLong ifVersion, ActorRef<Reply> replyTo) {
    AreaChange change =
        new AreaChange(Optional.of(backups), Optional.empty(), Optional.empty(), Optional.empty());
    return new Request.SetPolicy(change, ifVersion, replyTo);
  }

  private static String names(List<Event> events) {
    return events.stream().map(e -> e.getClass().getSimpleName()).collect(joining(", "));
  }

  private static String resultOf(List<Event> events, Reply reply) {
    String persisted = names(events);
    return persisted.isEmpty()
        ? reply instanceof Reply.Refused r
            ? r.refusal().kind().name()
            : reply.getClass().getSimpleName()
        : "**" + persisted + "**";
  }

  @Test
  void shouldGiveAHostTheSameIdEachTimeItRegisters() {
    define();
    HostId first = register();

    var again =
        kit.runCommand((ActorRef<Reply> replyTo) -> new Request.RegisterHost("h1", replyTo));

    assertThat(again.reply()).isEqualTo(new Reply.HostIs(first));
    assertThat(again.hasNoEvents()).isTrue();
  }

  /** Or each of ten thousand hosts that register would send all others a new list. */
  @Test
  void shouldHaveNoNewsForAgentsWhenAHostJoins() {
    define();
    EndpointList before = fleet.management(NORTH).orElseThrow().endpointsOf(H1.cell());

    register();

    assertThat(fleet.management(NORTH).orElseThrow().hosts()).isEqualTo(1);
    assertThat(fleet.management(NORTH).orElseThrow().endpointsOf(H1.cell())).isEqualTo(before);
  }

  @Test
  void shouldBeTakenOverOnceItsNodesHaveBeenGoneForAWhile() {
    define();
    fleet.gone("n1");
    assertThat(tick()).isEmpty();

    now = now.plus(Samples.areas().takeoverAfter());

    assertThat(tick())
        .singleElement()
        .isEqualTo(
            new Event.FailedOver(
                NORTH, SOUTH, E1, Cause.LOST, "area north has had no control node for 2 s", now));
    assertThat(fleet.management(NORTH).orElseThrow().keeper()).isEqualTo(SOUTH);
  }

  @Test
  void shouldNotBeTakenOverForNodesThatCameBackInTime() {
    define();
    fleet.gone("n1");
    tick();
    fleet.node("n1", NORTH, 0);
    now = now.plus(Samples.areas().takeoverAfter());
    tick();
    fleet.gone("n1");

    assertThat(tick()).isEmpty();
  }

  @Test
  void shouldDecideNothingMoreAfterARestartThanWasDecidedBefore() {
    define();
    loseItsNodes();
    AreaState before = kit.getState();

    kit.restart();

    assertThat(kit.getState()).isEqualTo(before);
    assertThat(tick()).isEmpty();
  }

  private void loseItsNodes() {
    fleet.gone("n1");
    tick();
    now = now.plus(Samples.areas().takeoverAfter());
    assertThat(tick()).hasSize(1);
    tick(); // gateways
  }

  @Test
  void shouldWakeAllHostsAgainWhenANodeIsGone() {
    define();
    HostId host = register();
    tick();
    woken.clear();

    tick();
    assertThat(woken).isEmpty();
    fleet.gone("s1");
    tick();

    assertThat(woken).containsExactly(host.text());
  }

  @Test
  void shouldLendCellsAsSoonAsItHasBeenStrainedForLongEnough() {
    define();
    for (int i = 0; i < 9; i++) {
      String name = "h" + i;
      kit.runCommand((ActorRef<Reply> replyTo) -> new Request.RegisterHost(name, replyTo));
    }
    fleet.node("n1", NORTH, KnownFleet.HOST_LIMIT - 5);
    assertThat(tick()).isEmpty();
    now = now.plus(Samples.areas().burst().hold());

    assertThat(kit.runCommand(new AreaBehavior.Internal.LookAtLoad()).events())
        .singleElement()
        .isInstanceOf(Event.CellsLent.class);
    assertThat(fleet.management(NORTH).orElseThrow().lent()).containsValue(SOUTH);
    assertThat(tick()).as("what was decided shows before more is").isEmpty();
  }

  @Test
  void shouldRaiseAnAlarmWhileItIsStrainedAndNobodyTakesACell() {
    define();
    fleet.node("n1", NORTH, KnownFleet.HOST_LIMIT).node("s1", SOUTH, KnownFleet.HOST_LIMIT);
    tick();
    assertThat(fleet.raised(NORTH)).isEmpty();
    now = now.plus(Samples.areas().burst().hold());
    tick();
    assertThat(fleet.raised(NORTH)).extracting(Alarm::kind).containsExactly("overloaded");

    fleet.node("n1", NORTH, 1);
    tick();

    assertThat(fleet.raised(NORTH)).isEmpty();
  }

  @Test
  void shouldSayItsHierarchyToTheOthers() {
    define();

    assertThat(fleet.management(NORTH).orElseThrow().hierarchy()).containsExactly(NORTH, SOUTH);
  }

  private void define() {
    kit.runCommand((ActorRef<Reply> replyTo) -> new Request.Ensure(8, List.of(SOUTH), replyTo));
    tick(); // gateways
  }

  private List<Event> tick() {
    return kit.runCommand(new AreaBehavior.Internal.Tick()).events();
  }

  private HostId register() {
    var result =
        kit.runCommand((ActorRef<Reply> replyTo) -> new Request.RegisterHost("h1", replyTo));
    return ((Reply.HostIs) result.reply()).host();
  }

  /** Notes who is told something. */
  private final class Woken implements Routes {
    @Override
    public <C> void tell(EntityTypeKey<C> type, String entityId, C command) {
      woken.add(entityId);
    }

    @Override
    public <C, R> CompletionStage<R> ask(
        EntityTypeKey<C> type, String entityId, Function<ActorRef<R>, C> command) {
      throw new UnsupportedOperationException("an area asks nobody: " + entityId);
    }
  }

  /** Two who change different things of an area at the same time both get what they asked for. */
  @Test
  void shouldChangeOnlyWhatIsNamed() {
    define();
    Optional<Duration> minute = Optional.of(Duration.ofMinutes(1));

    change(new AreaChange(Optional.empty(), Optional.empty(), minute, Optional.empty()));
    change(new AreaChange(Optional.empty(), Optional.of("AUTO"), Optional.empty(), Optional.of(7)));

    assertThat(fleet.management(NORTH).orElseThrow().policy())
        .isEqualTo(
            new AreaPolicy(List.of(SOUTH), AreaPolicy.Failback.AUTO, minute.orElseThrow(), 7));
  }

  private void change(AreaChange change) {
    kit.runCommand(
        (ActorRef<Reply> replyTo) -> new Request.SetPolicy(change, OptionalLong.empty(), replyTo));
  }

  @Test
  void shouldTakeAnAreaBackByItselfOnlyAfterTheStableTime() {
    define();
    AreaChange auto =
        new AreaChange(
            Optional.empty(),
            Optional.of("AUTO"),
            Optional.of(Duration.ofMinutes(1)),
            Optional.empty());
    change(auto);
    loseItsNodes();
    fleet.node("n1", NORTH, 0);
    tick();
    now = now.plusSeconds(59);
    assertThat(tick()).isEmpty();

    now = now.plusSeconds(1);

    assertThat(tick()).singleElement().isInstanceOf(Event.FailedBack.class);
  }
}
