package io.drover.multinode.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.FleetClient;
import java.time.Duration;
import org.awaitility.Awaitility;
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
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private Fleet fleet;
  private FleetClient south;
  private Guests guests;
  private String vm;
  private JsonNode before;

  @BeforeAll
  void startFleet() {
    fleet =
        Fleet.of("north", "south")
            .controlNodes(1)
            .hosts(2)
            .onPostgresql()
            .start(Directories.fresh("area-failover"));
    fleet.awaitReady();
    south = Fleet.client(fleet.node("south-n1"));
    guests = new Guests(south);
    vm = guests.create("north", "h1", "pulse");
    before = south.vm(vm);
  }

  @AfterAll
  void stopFleet() {
    if (fleet != null) {
      fleet.close();
    }
  }

  @Test
  @Order(1)
  void shouldBeRunByItsBackupWhenItsControlPlaneIsKilled() {
    fleet.node("north-n1").process().kill();

    JsonNode area =
        south.await(
            "south to manage north",
            "/v1/areas/north",
            PATIENCE,
            a ->
                a.path("managedBy").asText().equals("south")
                    && a.path("hostsToSwitch").asInt() == 0);
    assertThat(area.path("cause").asText()).isEqualTo("lost");
    assertThat(area.path("areaEpoch").asLong()).isEqualTo(1);
    assertThat(area.path("alarms").path(0).path("kind").asText())
        .as("nobody is left to take over from south")
        .isEqualTo("no-healthy-backup");
    guests.awaitBeating(vm);
  }

  @Test
  @Order(2)
  void shouldTakeOperationsOnTheAreasVmsMeanwhile() {
    String another = guests.create("north", "h2", "pulse");

    guests.awaitBeating(another);
    guests.delete(another);
  }

  @Test
  @Order(3)
  void shouldStayWithItsBackupUntilItIsToldToFailBack() {
    fleet.node("north-n1").process().start();
    fleet.awaitReady();

    // A node that is ready has yet to report itself to the others.
    JsonNode area =
        south.await(
            "north's node to be seen",
            "/v1/areas/north",
            PATIENCE,
            a -> a.path("controlNodes").size() == 1);

    assertThat(area.path("managedBy").asText()).isEqualTo("south");
    ObjectNode reason = south.object().put("reason", "repaired");
    // Its entity may just be moving: an answer that did not come is asked for again.
    Awaitility.await("failing back")
        .atMost(PATIENCE)
        .until(() -> south.post("/v1/areas/north:failback", reason).isSuccess());
    south.await(
        "north to run itself",
        "/v1/areas/north",
        PATIENCE,
        a ->
            a.path("managedBy").asText().equals("north")
                && a.path("hostsToSwitch").asInt() == 0
                && a.path("cells")
                    .valueStream()
                    .allMatch(c ->
                        c.path("node").isMissingNode()
                            || c.path("node").asText().equals("north-n1")));
    guests.awaitBeating(vm);
  }

  @Test
  @Order(4)
  void shouldBeDrilledAndLoseNothing() {
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
            PATIENCE,
            d -> d.path("over").asBoolean());
    assertThat(drill.path("operation").asText()).isEqualTo(operation);
    assertThat(drill.path("phase").asText()).as(drill.toString()).isEqualTo("COMPLETED");
    assertThat(drill.path("hosts").asInt()).isEqualTo(2);
    assertThat(drill.at("/there/allHostsAfterSeconds").isNumber()).isTrue();
    assertThat(drill.at("/home/acceptingAfterSeconds").isNumber()).isTrue();
    assertThat(drill.path("operationsAcknowledged").asInt()).isPositive();
    assertThat(drill.path("operationsLost").asInt(-1)).isZero();
    assertThat(south.get("/v1/areas/north").body().path("managedBy").asText()).isEqualTo("north");
    guests.awaitBeating(vm);
  }

  @Test
  @Order(5)
  void shouldHaveLeftTheVmAlone() {
    JsonNode after = south.vm(vm);

    assertThat(after.path("runEpoch")).isEqualTo(before.path("runEpoch"));
    assertThat(after.path("host")).isEqualTo(before.path("host"));
    assertThat(after.path("report").path("lost").asLong()).isZero();
  }
}
