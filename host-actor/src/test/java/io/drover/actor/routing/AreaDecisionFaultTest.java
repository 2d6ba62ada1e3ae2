package io.drover.actor.routing;

import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.areas;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drover.actor.api.AreaView;
import io.drover.actor.api.ControlPlane.AreaChange;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.area.Area;
import io.drover.actor.area.Area.Event;
import io.drover.actor.area.KnownFleet;
import io.drover.actor.area.Management;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An area dies before, or right after, each of its decisions about who manages it. */
class AreaDecisionFaultTest {
  private static final AreaId SOUTH = new AreaId("south");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What is decided, and who is to manage how much in the end. */
  enum Decision {
    FAILED_OVER(Event.FailedOver.class),
    FAILED_BACK(Event.FailedBack.class),
    CELLS_LENT(Event.CellsLent.class),
    CELLS_RETURNED(Event.CellsReturned.class);

    private final Class<? extends Event> event;

    Decision(Class<? extends Event> event) {
      this.event = event;
    }
  }

  private final LocalFleet fleet = new LocalFleet();

  @BeforeEach
  void defineAreas() {
    fleet.sight.node("s1", SOUTH, 0);
    fleet.define(SOUTH);
    done(
        fleet.controlPlane.changeArea(
            NORTH,
            new AreaChange(
                Optional.of(List.of(SOUTH)), Optional.empty(), Optional.empty(), Optional.empty()),
            Terms.NONE));
    Stream.of("h1", "h2", "h3").forEach(this::register);
  }

  @AfterEach
  void stop() {
    fleet.close();
  }

  @ParameterizedTest
  @EnumSource
  void shouldSayNothingOfADecisionThatIsNotInTheJournal(Decision decision) {
    prepare(decision);
    long before = epoch();
    fleet.failNext(decision.event);

    want(decision);

    await()
        .atMost(PATIENCE)
        .until(() -> {
          assertThat(told().areaEpoch().value() - before).isLessThanOrEqualTo(decisions(decision));
          fleet.now.updateAndGet(t -> t.plusSeconds(1));
          want(decision);
          return decisions(decision) == 1;
        });
    assertDecidedOnce(decision, before);
  }

  @ParameterizedTest
  @EnumSource
  void shouldStandByADecisionAfterWhichItDied(Decision decision) {
    prepare(decision);
    long before = epoch();

    wantUntilDecided(decision);
    fleet.kill(Area.TYPE_KEY, NORTH.name());
    want(decision);

    assertDecidedOnce(decision, before);
  }

  @Test
  void shouldNotCallAHostAMemberBeforeThatIsInTheJournal() {
    var nobody = fleet.kit.system().<Area.Reply>ignoreRef();
    AtomicBoolean failed = fleet.failNext(Area.TYPE_KEY, NORTH.name(), Event.HostJoined.class);
    CompletionStage<Area.Reply> early =
        fleet.ask(Area.TYPE_KEY, NORTH.name(), r -> new Area.Request.RegisterHost("h4", r));
    tell(new Area.Request.RegisterHost("h5", nobody)); // with the same write, or after it
    await().atMost(PATIENCE).untilTrue(failed);
    assertThat(joined("h4")).isZero();
    assertThat(early.toCompletableFuture()).isNotDone();

    HostId h4 = register("h4"); // a gateway asks again

    assertThat(joined("h4")).isEqualTo(1);
    fleet.kill(Area.TYPE_KEY, NORTH.name());
    assertThat(register("h4")).isEqualTo(h4);
    assertThat(joined("h4")).as("it stands by it").isEqualTo(1);
    assertThat(done(fleet.controlPlane.area(NORTH)).hosts()).contains(h4.text());
  }

  @Test
  void shouldChangeNoPolicyThatIsNotInTheJournal() {
    AtomicBoolean failed = fleet.failNext(Area.TYPE_KEY, NORTH.name(), Event.PolicySet.class);
    AreaChange change =
        new AreaChange(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(7));
    var nobody = fleet.kit.system().<Area.Reply>ignoreRef();
    tell(new Area.Request.SetPolicy(change, OptionalLong.empty(), nobody));
    await().atMost(PATIENCE).untilTrue(failed);
    assertThat(done(fleet.controlPlane.area(NORTH)).borrowLimit()).isNotEqualTo(7);

    done(fleet.controlPlane.changeArea(NORTH, change, Terms.NONE));
    fleet.kill(Area.TYPE_KEY, NORTH.name());

    assertThat(done(fleet.controlPlane.area(NORTH)).borrowLimit()).isEqualTo(7);
  }

  @Test
  void shouldTellNobodyOfGatewaysThatAreNotInTheJournal() {
    AtomicBoolean failed = fleet.failNext(Area.TYPE_KEY, NORTH.name(), Event.GatewaysChanged.class);

    fleet.sight.node("n2", NORTH, 0);

    await()
        .atMost(PATIENCE)
        .until(() -> {
          boolean isTold = told().gateways().getOrDefault(NORTH, List.of()).contains("n2:7200");
          assertThat(!isTold || isGatewayJournaled("n2:7200")).isTrue();
          tell(new Area.Request.Get(fleet.kit.system().ignoreRef())); // it looks around, too
          return isTold;
        });
    assertThat(failed).isTrue();
    fleet.kill(Area.TYPE_KEY, NORTH.name());
    assertThat(done(fleet.controlPlane.area(NORTH)).id()).isEqualTo(NORTH);
    assertThat(told().gateways().getOrDefault(NORTH, List.of()))
        .as("it stands by it")
        .contains("n2:7200");
  }

  private boolean isGatewayJournaled(String gateway) {
    return fleet.events(Area.TYPE_KEY, NORTH.name()).stream()
        .anyMatch(event ->
            event instanceof Event.GatewaysChanged e
                && e.gateways().getOrDefault(NORTH, List.of()).contains(gateway));
  }

  private HostId register(String name) {
    CompletionStage<Area.Reply> reply =
        fleet.ask(Area.TYPE_KEY, NORTH.name(), r -> new Area.Request.RegisterHost(name, r));
    return ((Area.Reply.HostIs) done(reply)).host();
  }

  private long joined(String name) {
    return fleet.events(Area.TYPE_KEY, NORTH.name()).stream()
        .filter(
            event -> event instanceof Event.HostJoined e && e.host().text().endsWith("-" + name))
        .count();
  }

  /** Everything that has to be before it can be decided. */
  private void prepare(Decision decision) {
    switch (decision) {
      case FAILED_OVER, CELLS_LENT -> {}
      case FAILED_BACK ->
          done(fleet.controlPlane.failOver(NORTH, Optional.empty(), "", Terms.NONE));
      case CELLS_RETURNED -> {
        wantUntilDecided(Decision.CELLS_LENT);
        fleet.sight.node("n1", NORTH, KnownFleet.HOST_LIMIT * 7 / 10); // neither full nor at ease
      }
    }
  }

  private void wantUntilDecided(Decision decision) {
    await()
        .atMost(PATIENCE)
        .until(() -> {
          want(decision);
          return decisions(decision) == 1;
        });
  }

  /** Nobody waits for an answer: whoever gives it may be about to die. */
  private void want(Decision decision) {
    var nobody = fleet.kit.system().<Area.Reply>ignoreRef();
    switch (decision) {
      case FAILED_OVER -> tell(new Area.Request.FailOver(Optional.of(SOUTH), "test", nobody));
      case FAILED_BACK -> tell(new Area.Request.FailBack("test", nobody));
      case CELLS_RETURNED -> tell(new Area.Request.TakeBack(SOUTH, "test", nobody));
      case CELLS_LENT -> {
        fleet.sight.node("n1", NORTH, KnownFleet.HOST_LIMIT);
        tell(new Area.Request.Get(nobody));
        fleet.now.updateAndGet(t -> t.plus(areas().burst().hold().dividedBy(2)));
      }
    }
  }

  private void assertDecidedOnce(Decision decision, long before) {
    fleet.sight.node("n1", NORTH, KnownFleet.HOST_LIMIT * 7 / 10);
    assertThat(decisions(decision)).isEqualTo(1);
    assertThat(epoch()).isEqualTo(before + 1);
    AreaView area = done(fleet.controlPlane.area(NORTH));
    long borrowed = area.cells().stream().filter(cell -> cell.managedBy().equals(SOUTH)).count();
    switch (decision) {
      case FAILED_OVER -> assertThat(borrowed).isEqualTo(area.cells().size());
      case CELLS_LENT -> assertThat(borrowed).isBetween(1L, 2L);
      case FAILED_BACK, CELLS_RETURNED -> assertThat(borrowed).isZero();
    }
    await().atMost(PATIENCE).until(() -> told().areaEpoch().value() == before + 1);
  }

  private void tell(Area.Command command) {
    fleet.tell(Area.TYPE_KEY, NORTH.name(), command);
  }

  private long epoch() {
    return done(fleet.controlPlane.area(NORTH)).areaEpoch().value();
  }

  private Management told() {
    return fleet.sight.management(NORTH).orElseThrow();
  }

  private long decisions(Decision decision) {
    return fleet.events(Area.TYPE_KEY, NORTH.name()).stream()
        .filter(decision.event::isInstance)
        .count();
  }

  private static <T> T done(CompletionStage<T> call) {
    return call.toCompletableFuture().join();
  }
}
