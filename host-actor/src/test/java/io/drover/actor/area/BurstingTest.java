package io.drover.actor.area;

import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.Samples;
import io.drover.actor.area.Area.Cause;
import io.drover.actor.area.Area.Event;
import io.drover.actor.area.AreaState.Home;
import io.drover.actor.area.NodeReport.RunningCell;
import io.drover.config.settings.BurstSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BurstingTest {
  private static final AreaId SOUTH = new AreaId("south");
  private static final AreaId WEST = new AreaId("west");
  private static final int LIMIT = KnownFleet.HOST_LIMIT;

  private final BurstSettings settings = Samples.areas().burst();
  private final KnownFleet fleet = new KnownFleet().area(SOUTH).area(WEST);
  private final BurstOutlook outlook = new BurstOutlook();
  private Instant now = NOW;

  @Test
  void shouldLendAsFewCellsAsBringItBelowHighWater() {
    fleet.node("n1", NORTH, 90).node("s1", SOUTH, 0);

    assertThat(afterHold(home(90)))
        .get()
        .isInstanceOfSatisfying(
            Event.CellsLent.class,
            e -> {
              assertThat(e.cells()).as("three of eleven hosts for thirty too many").hasSize(3);
              assertThat(e.to()).isEqualTo(SOUTH);
              assertThat(e.areaEpoch()).isEqualTo(new Epoch(1));
              assertThat(e.reason())
                  .isEqualTo(
                      "control nodes of north are at 90 % of their limits, above 80 % for 5 min");
            });
  }

  @Test
  void shouldWaitUntilItHasBeenStrainedForTheWholeTime() {
    fleet.node("n1", NORTH, 90).node("s1", SOUTH, 0);
    look();
    now = now.plus(settings.hold()).minusMillis(1);
    look();
    assertThat(next(home(90))).isEmpty();
    assertThat(outlook.due(settings.hold(), now)).get().extracting(d -> d.toMillis()).isEqualTo(1L);

    fleet.node("n1", NORTH, 80);
    look();
    fleet.node("n1", NORTH, 90);
    now = now.plusMillis(1);
    look();

    assertThat(next(home(90))).as("it was relieved for a moment").isEmpty();
  }

  @Test
  void shouldGoToTheFirstOfTheHierarchyWithRoomBelowItsOwnLowWater() {
    fleet.node("n1", NORTH, 90).node("s1", SOUTH, 60).node("w1", WEST, 0);

    assertThat(afterHold(home(90)).map(e -> ((Event.CellsLent) e).to())).contains(WEST);
  }

  @Test
  void shouldNotGoToAnAreaThatLendsItself() {
    fleet.node("n1", NORTH, 90).node("s1", SOUTH, 0);
    fleet.publish(management(SOUTH, Map.of(1, WEST), AreaPolicy.DEFAULT));

    assertThat(afterHold(home(90))).isEmpty();
  }

  @Test
  void shouldKeepToTheLimitOfWhatAnAreaTakesOver() {
    fleet.node("n1", NORTH, 90).node("s1", SOUTH, 0);
    fleet.publish(management(SOUTH, Map.of(), taking(32)));

    assertThat(afterHold(home(90)).map(e -> ((Event.CellsLent) e).cells()))
        .as("34 hosts are in three cells")
        .hasValueSatisfying(cells -> assertThat(cells).hasSize(2));

    fleet.publish(management(SOUTH, Map.of(), taking(10)));
    assertThat(afterHold(home(90))).as("11 hosts are in one").isEmpty();
  }

  private static AreaPolicy taking(int hosts) {
    return new AreaPolicy(
        List.of(), AreaPolicy.Failback.MANUAL, AreaPolicy.DEFAULT.failbackAfter(), hosts);
  }

  @Test
  void shouldNotGoToAnAreaThatSaysNothing() {
    fleet.node("n1", NORTH, 90).node("s1", SOUTH, 0).silent("s1");

    assertThat(afterHold(home(90))).isEmpty();
  }

  @Test
  void shouldBringCellsHomeOneByOneIfTheyLeaveItBelowHighWater() {
    fleet.node("n1", NORTH, 40).node("s1", SOUTH, 20);
    Home lending = lent(home(60), Set.of(2, 5));

    assertThat(afterHold(lending))
        .get()
        .isInstanceOfSatisfying(
            Event.CellsReturned.class,
            e -> {
              assertThat(e.cells()).hasSize(1);
              assertThat(e.cause()).isEqualTo(Cause.RELIEF);
            });
  }

  @Test
  void shouldLeaveACellAwayThatWouldStrainItAgain() {
    fleet.node("n1", NORTH, 55).node("s1", SOUTH, 20);

    assertThat(afterHold(lent(home(70), Set.of(2)))).isEmpty();
  }

  @Test
  void shouldLendTheCellsWithTheMostVmsWhenVmsAreTooMany() {
    fleet.node("n1", NORTH, 8, vms(100, 100, 100, 100, 100, 100, 220, 80)).node("s1", SOUTH, 0);

    assertThat(afterHold(home(8)))
        .get()
        .isInstanceOfSatisfying(
            Event.CellsLent.class,
            e -> assertThat(e.cells()).as("320 of 900, for 600").containsExactlyInAnyOrder(0, 6));
  }

  @Test
  void shouldLeaveACellAwayWhoseVmsWouldStrainItAgain() {
    fleet.node("n1", NORTH, 6, vms(100, 100, 100, 100, 100)).node("s1", SOUTH, 1);
    Home lending = lent(home(7), Set.of(6));

    fleet.node("s1", SOUTH, 1, vms(0, 0, 0, 0, 0, 0, 101));
    assertThat(afterHold(lending)).as("601 of 1000").isEmpty();
    fleet.silent("s1");
    assertThat(next(lending)).as("its last word still counts").isEmpty();
    fleet.node("s1", SOUTH, 1, vms(0, 0, 0, 0, 0, 0, 100));
    assertThat(next(lending)).as("600 of 1000").isPresent();
    fleet.gone("s1");
    assertThat(next(lending)).as("nobody knows what is in it").isEmpty();
  }

  @Test
  void shouldBringAnEmptyCellHome() {
    fleet.node("n1", NORTH, 2).node("s1", SOUTH, 0);

    assertThat(afterHold(lent(home(2), Set.of(6)))).isPresent();
  }

  @Test
  void shouldNotGoToAnAreaThatWouldHaveTooManyVms() {
    fleet
        .node("n1", NORTH, 8, vms(110, 110, 110, 110, 110, 110, 110, 110))
        .node("s1", SOUTH, 1, List.of(new RunningCell(new CellId(SOUTH, 0), 600)))
        .node("w1", WEST, 0);

    assertThat(afterHold(home(8)).map(e -> ((Event.CellsLent) e).to())).contains(WEST);
  }

  @Test
  void shouldNotAskAgainAtOnceWhenItWasRecalled() {
    fleet.node("n1", NORTH, 90).node("s1", SOUTH, 0);
    look();
    now = now.plus(settings.hold());
    look();
    Home recalled =
        (Home)
            AreaState.evolve(
                lent(home(90), Set.of(2)),
                new Event.CellsReturned(
                    Set.of(2), SOUTH, new Epoch(2), Cause.RECALLED, "ours", now));

    assertThat(next(recalled)).isEmpty();
    now = now.plus(settings.hold());
    assertThat(next(recalled)).isPresent();
  }

  @Test
  void shouldHandOverTheCellOfAHostThatRegistersWhereNoneIsLeft() {
    fleet.node("n1", NORTH, LIMIT).node("s1", SOUTH, 0);

    assertThat(handOver(home(LIMIT), 3))
        .get()
        .isInstanceOfSatisfying(
            Event.CellsLent.class, e -> assertThat(e.cells()).containsExactly(3));
    assertThat(handOver(lent(home(LIMIT), Set.of(3)), 3)).as("it is there already").isEmpty();
    fleet.node("n1", NORTH, LIMIT - 1);
    assertThat(handOver(home(LIMIT - 1), 3)).as("there is room for one").isEmpty();
  }

  @Test
  void shouldCountHostsThatHaveRegisteredBeforeItsNodesReportThem() {
    fleet.node("n1", NORTH, 0).node("s1", SOUTH, 0);

    assertThat(handOver(home(LIMIT), 3)).isPresent();
  }

  @Test
  void shouldNotGoToAnAreaThatIsToManageAsMuchAsItMayAlready() {
    fleet.node("n1", NORTH, LIMIT).node("s1", SOUTH, 0).node("w1", WEST, 0);
    Home lending = lent(home(LIMIT), Set.of(0, 1, 2, 3, 4, 5));

    assertThat(handOver(lending, 6).map(e -> ((Event.CellsLent) e).to()))
        .as("76 of 80 are on their way to south, and this cell has 12")
        .contains(WEST);
  }

  private Optional<Event> handOver(Home state, int cell) {
    return Bursting.handOver(state, fleet, new CellId(NORTH, cell), settings, now);
  }

  private Optional<Event> afterHold(Home state) {
    look();
    now = now.plus(settings.hold());
    look();
    return next(state);
  }

  private void look() {
    outlook.look(AreaUse.of(NORTH, fleet), settings, now);
  }

  private Optional<Event> next(Home state) {
    return Bursting.next(state, fleet, outlook, settings, now);
  }

  /** Its hosts are spread over its eight cells. */
  private static Home home(int hosts) {
    AreaState state =
        AreaState.evolve(new AreaState.Undefined(), new Event.AreaDefined(NORTH, 8, NOW));
    state =
        AreaState.evolve(
            state, new Event.PolicySet(AreaPolicy.DEFAULT.withBackups(List.of(SOUTH, WEST)), NOW));
    for (int i = 0; i < hosts; i++) {
      state =
          AreaState.evolve(
              state, new Event.HostJoined(new HostId(new CellId(NORTH, i % 8), "h" + i), NOW));
    }
    return (Home) state;
  }

  private static Home lent(Home home, Set<Integer> cells) {
    return (Home)
        AreaState.evolve(
            home, new Event.CellsLent(cells, SOUTH, new Epoch(1), Cause.OVERLOAD, "full", NOW));
  }

  /** Cells of north, in order, with so many VMs each and a host. */
  private static List<RunningCell> vms(int... byCell) {
    return IntStream.range(0, byCell.length)
        .mapToObj(i -> new RunningCell(new CellId(NORTH, i), byCell[i]))
        .toList();
  }

  private static Management management(AreaId area, Map<Integer, AreaId> lent, AreaPolicy policy) {
    return new Management(area, Epoch.NONE, 2, 2, 8, Map.of(), policy, area, lent, Map.of());
  }
}
