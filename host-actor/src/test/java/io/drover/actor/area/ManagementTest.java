package io.drover.actor.area;

import static io.drover.actor.Samples.NORTH;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.agent.AgentSession.EndpointList;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.Epoch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManagementTest {
  private static final AreaId SOUTH = new AreaId("south");
  private static final AreaId WEST = new AreaId("west");
  private static final Map<AreaId, List<String>> GATEWAYS =
      Map.of(NORTH, List.of("n1:1", "n2:1"), SOUTH, List.of("s1:1"), WEST, List.of("w1:1"));

  @Test
  void shouldPutTheGatewaysOfWhoManagesACellFirst() {
    Management lending = management(3, 7, NORTH, Map.of(5, WEST));

    assertThat(lending.endpointsOf(new CellId(NORTH, 5)))
        .isEqualTo(new EndpointList(new Epoch(3), 7, List.of("w1:1", "n1:1", "n2:1", "s1:1"), 1));
    assertThat(lending.endpointsOf(new CellId(NORTH, 4)).endpoints())
        .containsExactly("n1:1", "n2:1", "s1:1", "w1:1");
  }

  @Test
  void shouldSendAgentsToTheKeeperOfAnAreaThatFailedOver() {
    EndpointList list = management(1, 2, SOUTH, Map.of()).endpointsOf(new CellId(NORTH, 0));

    assertThat(list.endpoints()).containsExactly("s1:1", "n1:1", "n2:1", "w1:1");
    assertThat(list.managing()).isEqualTo(1);
  }

  @Test
  void shouldBeNewerByEpochBeforeVersion() {
    Management first = management(1, 9, NORTH, Map.of());

    assertThat(management(2, 1, NORTH, Map.of()).isNewerThan(first)).isTrue();
    assertThat(first.isNewerThan(management(2, 1, NORTH, Map.of()))).isFalse();
    assertThat(first.isNewerThan(first)).isFalse();
  }

  private static Management management(
      long epoch, long version, AreaId keeper, Map<Integer, AreaId> lent) {
    return new Management(
        NORTH,
        new Epoch(epoch),
        version,
        version,
        8,
        Map.of(0, 2),
        AreaPolicy.DEFAULT.withBackups(List.of(SOUTH, WEST)),
        keeper,
        lent,
        GATEWAYS);
  }
}
