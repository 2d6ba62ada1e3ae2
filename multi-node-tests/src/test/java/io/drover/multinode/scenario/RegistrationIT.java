package io.drover.multinode.scenario;

import static io.drover.multinode.scenario.TwoAreas.isLent;
import static io.drover.multinode.scenario.TwoAreas.isSettled;
import static io.drover.multinode.scenario.TwoAreas.lentCells;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.multinode.harness.FleetClient;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * An area has as many hosts as its control node may manage, and one more registers: another area
 * runs its cell from the first moment, until there is room at home. In this order.
 */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class RegistrationIT {
  /** Of each node; every host here is in a cell of its own. */
  private static final int HOST_LIMIT = 3;

  private TwoAreas areas;
  private List<String> guestsThere = List.of();

  @BeforeAll
  void startFleet() {
    areas =
        TwoAreas.startBursting(
            "registration",
            plan ->
                plan.hosts(HOST_LIMIT - 1)
                    .spareHosts(2)
                    .spareControlNodes(1)
                    .nodeProperty("drover.node.limits.hosts", Integer.toString(HOST_LIMIT)));
  }

  @AfterAll
  void stopFleet() {
    if (areas != null) {
      areas.close();
    }
  }

  @Test
  @Order(1)
  void shouldLendOnlyTheCellOfTheHostThatRegistersWhenItsLimitIsReached() {
    areas.fleet().host("north", "h3").start();
    areas.fleet().host("north", "h4").start();

    JsonNode area =
        areas.await("both to be managed", a -> a.path("hosts").size() == 4 && isSettled(a));

    assertThat(area.path("cause").asText()).isEqualTo("overload");
    assertThat(area.path("reason").asText()).startsWith("a host registered");
    assertThat(lentCells(area)).hasSize(1);
    assertThat(lentCells(area)).containsAnyOf(cellOf("h3"), cellOf("h4"));
    assertThat(area.at("/controlNodes/0/hosts").asInt()).isEqualTo(HOST_LIMIT);
    areas.fleet().awaitHosts();
  }

  @Test
  @Order(2)
  void shouldCreateVmsOfThatHostThroughAnyNode() {
    String host = lentCells(areas.area()).contains(cellOf("h3")) ? "h3" : "h4";

    guestsThere =
        Stream.of(areas.north(), areas.south())
            .map(client -> new Guests(client).create("north", host, "pulse"))
            .toList();

    for (FleetClient client : List.of(areas.north(), areas.south())) {
      guestsThere.forEach(vm -> new Guests(client).awaitBeating(vm));
    }
  }

  @Test
  @Order(3)
  void shouldBringTheCellHomeWhenAnotherControlNodeMakesRoom() {
    areas.fleet().node("north-n2").process().start();

    JsonNode area = areas.await("all cells to be home", a -> !isLent(a) && isSettled(a));

    assertThat(area.path("cause").asText()).isEqualTo("relief");
    assertThat(area.path("controlNodes").size()).isEqualTo(2);
    guestsThere.forEach(areas.guests()::awaitBeating);
  }

  @Test
  @Order(4)
  void shouldHaveLeftTheVmAlone() {
    areas.assertVmLeftAlone();
  }

  private String cellOf(String host) {
    FleetClient client = areas.south();
    return client
        .get("/v1/hosts/" + client.hostId("north", host))
        .expectSuccess("reading " + host)
        .path("cell")
        .asText();
  }
}
