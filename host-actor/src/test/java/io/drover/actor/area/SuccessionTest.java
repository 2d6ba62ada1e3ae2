package io.drover.actor.area;

import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.H2;
import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.Samples;
import io.drover.actor.api.Refusal;
import io.drover.actor.area.Area.Cause;
import io.drover.actor.area.Area.Event;
import io.drover.actor.area.AreaState.Defined;
import io.drover.config.units.AreaId;
import io.drover.config.units.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class SuccessionTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final AreaId SOUTH = new AreaId("south");
  private static final AreaId WEST = new AreaId("west");
  private static final Instant LATER = NOW.plus(Samples.areas().takeoverAfter());
  private static final ActorRef<Area.Reply> NOBODY = KIT.spawn(Behaviors.ignore());

  private final KnownFleet fleet = new KnownFleet();
  private final AreaOutlook outlook = new AreaOutlook();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void shouldGoToTheFirstBackupWithNodesAndRoom() {
    fleet.node("s1", SOUTH, KnownFleet.HOST_LIMIT - 1).node("w1", WEST, 0);

    assertThat(decided(north())).contains(WEST);
  }

  @Test
  void shouldRatherGoToAFullBackupThanToNobody() {
    fleet.node("s1", SOUTH, KnownFleet.HOST_LIMIT);

    assertThat(decided(north())).contains(SOUTH);
  }

  @Test
  void shouldTakeABackupThatSaysNothingForFull() {
    fleet.node("s1", SOUTH, 0).silent("s1").node("w1", WEST, 0);

    assertThat(decided(north())).contains(WEST);
  }

  @Test
  void shouldGoNowhereWhenNoBackupHasANode() {
    fleet.node("e1", new AreaId("east"), 0);

    assertThat(decided(north())).isEmpty();
  }

  @Test
  void shouldGoOnToTheNextBackupWhenTheFirstIsLost() {
    Defined away = after(north(), failedOver(SOUTH, 1));
    fleet.node("w1", WEST, 0);

    assertThat(decided(away)).contains(WEST);
  }

  @Test
  void shouldGoHomeWhenTheBackupIsLostAndHomeIsThere() {
    Defined away = after(north(), failedOver(SOUTH, 1));
    fleet.node("n1", NORTH, 0).node("w1", WEST, 0);

    assertThat(next(away))
        .get()
        .isInstanceOfSatisfying(
            Event.FailedBack.class, e -> assertThat(e.areaEpoch()).isEqualTo(new Epoch(2)));
  }

  @Test
  void shouldTakeCellsBackFromABorrowerThatIsLost() {
    Defined lending =
        after(
            north(),
            new Event.CellsLent(Set.of(1, 2), WEST, new Epoch(1), Cause.OVERLOAD, "full", NOW));
    fleet.node("n1", NORTH, 0);

    assertThat(next(lending))
        .get()
        .isInstanceOfSatisfying(
            Event.CellsReturned.class, e -> assertThat(e.cells()).containsExactlyInAnyOrder(1, 2));
  }

  /** Who runs it stays responsible for it, whatever the hierarchy is changed to meanwhile. */
  @Test
  void shouldAlsoLeaveAKeeperAndABorrowerThatAreBackupsNoMore() {
    Event onlyWest = new Event.PolicySet(AreaPolicy.DEFAULT.withBackups(List.of(WEST)), NOW);
    fleet.node("w1", WEST, 0);
    assertThat(decided(after(after(north(), failedOver(SOUTH, 1)), onlyWest))).contains(WEST);

    fleet.node("n1", NORTH, 0);
    Event lent = new Event.CellsLent(Set.of(1), SOUTH, new Epoch(1), Cause.OVERLOAD, "full", NOW);
    assertThat(next(after(after(north(), lent), onlyWest)))
        .containsInstanceOf(Event.CellsReturned.class);
  }

  @Test
  void shouldNotFailOverOnceMoreWhenItIsAskedAgain() {
    Defined away = after(north(), failedOver(SOUTH, 1));
    fleet.node("s1", SOUTH, 0).node("w1", WEST, 0);

    assertThat(failOver(away, Optional.empty())).isInstanceOf(Succession.Ruling.Already.class);
    assertThat(failOver(away, Optional.of(SOUTH))).isInstanceOf(Succession.Ruling.Already.class);
    assertThat(failOver(away, Optional.of(WEST))).isInstanceOf(Succession.Ruling.Decide.class);
    fleet.gone("s1");
    assertThat(failOver(away, Optional.empty())).isInstanceOf(Succession.Ruling.Decide.class);
  }

  @Test
  void shouldRefuseAnOperatorWithTheFiguresOfEachBackup() {
    fleet.node("n1", NORTH, 2).node("s1", SOUTH, KnownFleet.HOST_LIMIT - 1);

    Refusal refusal = refused(north(), Optional.empty());

    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NO_HEADROOM);
    assertThat(refusal.detail())
        .isEqualTo(
            "no backup of area north can run its 2 hosts: south has room for 1 hosts, west has no control node");
    assertThat(refusal.facts())
        .containsEntry("hosts", "2")
        .containsEntry("headroom.south", "1")
        .containsEntry("headroom.west", "0");
  }

  @Test
  void shouldRefuseAnAreaThatIsNotInTheHierarchy() {
    assertThat(refused(north(), Optional.of(new AreaId("east"))).detail())
        .contains("east is not in the backup hierarchy of north");
    assertThat(refused(north(), Optional.of(NORTH)).detail())
        .contains("north is not in the backup hierarchy of north");
  }

  @Test
  void shouldNotFailBackToAnAreaWithoutNodes() {
    Defined away = after(north(), failedOver(SOUTH, 1));

    assertThat(Succession.failBack(away, fleet, new Area.Request.FailBack("", NOBODY), NOW))
        .isInstanceOfSatisfying(
            Succession.Ruling.Refuse.class,
            r ->
                assertThat(r.refusal().detail())
                    .isEqualTo("area north has no control node of its own; south runs it"));
  }

  @Test
  void shouldNotFailBackWhilePolicySaysNever() {
    AreaPolicy never =
        new AreaPolicy(List.of(SOUTH), AreaPolicy.Failback.NEVER, Duration.ofMinutes(1), 10);
    Defined away = after(after(north(), failedOver(SOUTH, 1)), new Event.PolicySet(never, NOW));
    fleet.node("n1", NORTH, 0);

    assertThat(Succession.failBack(away, fleet, new Area.Request.FailBack("", NOBODY), NOW))
        .isInstanceOfSatisfying(
            Succession.Ruling.Refuse.class,
            r ->
                assertThat(r.refusal().detail())
                    .isEqualTo("area north is run by south, and its failback policy is never"));
  }

  private Optional<AreaId> decided(Defined state) {
    return next(state).map(event -> ((Event.FailedOver) event).to());
  }

  private Optional<Event> next(Defined state) {
    Set<AreaId> concerned = state.management().concerned();
    outlook.look(concerned, fleet, NOW);
    outlook.look(concerned, fleet, LATER);
    return Succession.next(state, fleet, outlook, Samples.areas(), LATER)
        .filter(event -> !(event instanceof Event.GatewaysChanged));
  }

  private Refusal refused(Defined state, Optional<AreaId> to) {
    return ((Succession.Ruling.Refuse) failOver(state, to)).refusal();
  }

  private Succession.Ruling failOver(Defined state, Optional<AreaId> to) {
    return Succession.failOver(state, fleet, new Area.Request.FailOver(to, "", NOBODY), NOW);
  }

  private static Defined north() {
    AreaState state = new AreaState.Undefined();
    for (Event event :
        List.of(
            new Event.AreaDefined(NORTH, 8, NOW),
            new Event.PolicySet(AreaPolicy.DEFAULT.withBackups(List.of(SOUTH, WEST)), NOW),
            new Event.HostJoined(H1, NOW),
            new Event.HostJoined(H2, NOW))) {
      state = AreaState.evolve(state, event);
    }
    return (Defined) state;
  }

  private static Defined after(Defined state, Event event) {
    return (Defined) AreaState.evolve(state, event);
  }

  private static Event failedOver(AreaId to, long epoch) {
    return new Event.FailedOver(NORTH, to, new Epoch(epoch), Cause.LOST, "lost", NOW);
  }
}
