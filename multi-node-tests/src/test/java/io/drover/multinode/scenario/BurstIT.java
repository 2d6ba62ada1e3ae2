package io.drover.multinode.scenario;

import static io.drover.multinode.scenario.TwoAreas.epochOf;
import static io.drover.multinode.scenario.TwoAreas.isLent;
import static io.drover.multinode.scenario.TwoAreas.isSettled;
import static io.drover.multinode.scenario.TwoAreas.lentCells;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.multinode.harness.FleetClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * An area whose control node has more to do than it may lends cells to the next area, and gets them
 * back, in this order. Whoever dies meanwhile, each cell has one owner and no guest notices.
 */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class BurstIT {
  /** Of each node. */
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private static final int VM_LIMIT = 8;

  private TwoAreas areas;
  private List<String> others;

  @BeforeAll
  void startFleet() {
    areas =
        TwoAreas.startBursting(
            "burst",
            plan ->
                plan.hosts(3).nodeProperty("drover.node.limits.vms", Integer.toString(VM_LIMIT)));
  }

  @AfterAll
  void stopFleet() {
    if (areas != null) {
      areas.close();
    }
  }

  @Test
  @Order(1)
  void shouldLendCellsAndMoveOnlyTheirHostsWhenItIsAboveLowWater() {
    others =
        IntStream.rangeClosed(1, VM_LIMIT)
            .mapToObj(i ->
                areas
                    .south()
                    .createVm("north", "load-" + i, "pulse", 100, 16 << 20, Map.of())
                    .path("id")
                    .asText())
            .toList();

    JsonNode area = awaitLent();

    assertThat(area.path("cause").asText()).isEqualTo("overload");
    assertThat(area.path("reason").asText()).contains("limits, above 100 % for 3 s");
    assertThat(lentCells(area)).hasSizeLessThan(3);
    areas.awaitBeating();
  }

  @Test
  @Order(2)
  void shouldGiveBackWhatItsLenderRecallsAndLendAgainLater() {
    long epoch = epochOf(areas.area());

    FleetClient south = areas.south();
    south
        .post("/v1/areas/south:recall", south.object().put("reason", "wants it for itself"))
        .expectSuccess("recalling");

    // north may have lent others before anybody looks
    south.await("the recall", "/v1/events?last=400&limit=400", LIMIT, BurstIT::hasRecall);
    JsonNode again = areas.await("north to lend again", a -> epochOf(a) > epoch + 1 && isLent(a));
    assertThat(again.path("cause").asText()).isEqualTo("overload");
    areas.awaitBeating();
  }

  private static boolean hasRecall(JsonNode events) {
    return events
        .path("items")
        .valueStream()
        .filter(event -> event.path("type").asText().equals("area.cells-returned"))
        .anyMatch(event -> event.path("facts").path("cause").asText().equals("RECALLED"));
  }

  @Test
  @Order(3)
  void shouldRunItselfWhatItHasLentToAnAreaThatDies() {
    long epoch = epochOf(awaitLent());
    FleetClient north = areas.north();

    areas.fleet().node("south-n1").process().kill();

    JsonNode area =
        areas.await(
            north, "north to run all of it", a -> epochOf(a) > epoch && !isLent(a) && isSettled(a));
    assertThat(area.path("cause").asText()).isEqualTo("lost");
    areas.awaitBeatingSeenBy(north);
    areas.fleet().node("south-n1").process().start();
    areas.fleet().awaitReady();
    awaitLent();
  }

  @Test
  @Order(4)
  void shouldBeRunByOneAreaAloneWhenItDiesItselfWhileCellsAreLent() {
    areas.fleet().node("north-n1").process().kill();

    JsonNode area =
        areas.await(
            "south to run north",
            a -> a.path("managedBy").asText().equals("south") && isSettled(a));
    assertThat(lentCells(area)).isEmpty();
    areas.awaitBeating();
    areas.repairNorth();
    areas.failBack();
    awaitLent();
  }

  @Test
  @Order(5)
  void shouldBringItsCellsHomeWhenThereIsRoom() {
    others.forEach(other -> areas.guests().delete(other));

    JsonNode area = areas.await("all cells to be home", a -> !isLent(a) && isSettled(a));

    assertThat(area.path("cause").asText()).isEqualTo("relief");
    areas.awaitBeating();
  }

  @Test
  @Order(6)
  void shouldHaveLeftTheVmAlone() {
    areas.assertVmLeftAlone();
  }

  private JsonNode awaitLent() {
    return areas.await("cells of north to be lent", a -> isLent(a) && isSettled(a));
  }
}
