package io.drover.multinode.scenario;

import static io.drover.multinode.scenario.TwoAreas.isSettled;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.multinode.harness.FleetClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The control plane of an area is killed, taken over and given back, and the area is drilled, in
 * this order, while a VM of the area goes on as if nothing had been.
 */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class AreaFailoverIT {
  private TwoAreas areas;

  @BeforeAll
  void startFleet() {
    areas = TwoAreas.start("area-failover", plan -> plan.hosts(2));
  }

  @AfterAll
  void stopFleet() {
    if (areas != null) {
      areas.close();
    }
  }

  @Test
  @Order(1)
  void shouldBeRunByItsBackupWhenItsControlPlaneIsKilled() {
    areas.fleet().node("north-n1").process().kill();

    JsonNode area =
        areas.await(
            "south to manage north",
            a ->
                a.path("managedBy").asText().equals("south")
                    && a.path("hostsToSwitch").asInt() == 0);
    assertThat(area.path("cause").asText()).isEqualTo("lost");
    assertThat(area.path("areaEpoch").asLong()).isEqualTo(1);
    assertThat(area.path("alarms").path(0).path("kind").asText())
        .as("nobody is left to take over from south")
        .isEqualTo("no-healthy-backup");
    areas.awaitBeating();
  }

  @Test
  @Order(2)
  void shouldTakeOperationsOnTheAreasVmsMeanwhile() {
    Guests guests = areas.guests();
    String another = guests.create("north", "h2", "pulse");

    guests.awaitBeating(another);
    guests.delete(another);
  }

  @Test
  @Order(3)
  void shouldStayWithItsBackupUntilItIsToldToFailBack() {
    areas.repairNorth();
    areas.await(
        "south to run north all the same", a -> a.path("managedBy").asText().equals("south"));

    areas.failBack();

    areas.await(
        "north to run itself", a -> a.path("managedBy").asText().equals("north") && isSettled(a));
    areas.awaitBeating();
  }

  @Test
  @Order(4)
  void shouldBeDrilledAndLoseNothing() {
    FleetClient south = areas.south();
    String operation =
        south
            .post("/v1/areas/north:drill", south.object())
            .expectSuccess("drilling")
            .path("id")
            .asText();

    JsonNode drill =
        south.await(
            "the end of the drill",
            "/v1/areas/north/drill",
            TwoAreas.PATIENCE,
            d -> d.path("over").asBoolean());
    assertThat(drill.path("operation").asText()).isEqualTo(operation);
    assertThat(drill.path("phase").asText()).as(drill.toString()).isEqualTo("COMPLETED");
    assertThat(drill.path("hosts").asInt()).isEqualTo(2);
    assertThat(drill.at("/there/allHostsAfterSeconds").isNumber()).isTrue();
    assertThat(drill.at("/home/acceptingAfterSeconds").isNumber()).isTrue();
    assertThat(drill.path("operationsAcknowledged").asInt()).isPositive();
    assertThat(drill.path("operationsLost").asInt(-1)).isZero();
    assertThat(areas.area().path("managedBy").asText()).isEqualTo("north");
    areas.awaitBeating();
  }

  @Test
  @Order(5)
  void shouldHaveLeftTheVmAlone() {
    areas.assertVmLeftAlone();
  }
}
