package io.drover.node.board;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.api.AreaView.Alarm;
import io.drover.actor.area.FleetSight;
import io.drover.actor.area.NodeLoad;
import io.drover.actor.area.NodeReport;
import io.drover.actor.lease.Witness;
import io.drover.actor.lease.WitnessCandidate;
import io.drover.config.units.AreaId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoardTest {
  private static final AreaId NORTH = new AreaId("north");
  private static final AreaId SOUTH = new AreaId("south");
  private static final Duration STALE_AFTER = Duration.ofSeconds(4);

  private final AtomicLong nowNs = new AtomicLong();
  private final Board board = new Board(() -> Set.of("n1", "s1"), STALE_AFTER, nowNs::get);

  @Test
  void shouldShowControlNodesOfAllAreasAndHostsOfOthersAsWitnesses() {
    board.heard(new BoardNews.OfNode(report("n1", NORTH)));
    board.heard(new BoardNews.OfNode(report("s1", SOUTH)));
    board.post(NORTH, List.of(host(NORTH, 1)));
    board.heard(new BoardNews.OfWitnesses(SOUTH, List.of(host(SOUTH, 2))));

    assertThat(board.besides(NORTH))
        .containsExactlyInAnyOrder(
            new WitnessCandidate(new Witness("n1", "n1:7200"), "north", "", true),
            new WitnessCandidate(new Witness("s1", "s1:7200"), "south", "", true),
            host(SOUTH, 2));
  }

  @Test
  void shouldShowNoControlNodeThatIsSilentAsAWitness() {
    board.heard(new BoardNews.OfNode(report("n1", NORTH)));

    pass(STALE_AFTER.plusMillis(1));

    assertThat(board.besides(SOUTH)).isEmpty();
  }

  @Test
  void shouldTellHowOldTheNewestReportOfAnAreaIs() {
    board.heard(new BoardNews.OfNode(report("n1", NORTH)));
    pass(Duration.ofMillis(300));
    board.heard(new BoardNews.OfNode(report("s1", SOUTH)));
    pass(Duration.ofMillis(50));

    assertThat(board.sinceReport(NORTH)).isEqualTo(Duration.ofMillis(350));
    assertThat(board.sinceReport(SOUTH)).isEqualTo(Duration.ofMillis(50));
    assertThat(board.sinceReport(new AreaId("east"))).isZero();
    pass(STALE_AFTER);
    assertThat(board.sinceReport(SOUTH)).as("silent").isZero();
  }

  @Test
  void shouldForgetHostsThatAreNotPostedAgain() {
    board.post(NORTH, List.of(host(NORTH, 1)));
    pass(Duration.ofSeconds(15));
    assertThat(board.besides(SOUTH)).hasSize(1);

    pass(Duration.ofMillis(1));

    assertThat(board.besides(SOUTH)).isEmpty();
  }

  @Test
  void shouldShowOnlySomeHostsOfAnArea() {
    board.post(NORTH, IntStream.range(0, 100).mapToObj(i -> host(NORTH, i)).toList());

    assertThat(board.besides(SOUTH)).hasSize(16);
  }

  @Test
  void shouldKeepAnAlarmAsLongAsSomebodyRaisesIt() {
    Alarm overloaded = new Alarm("overloaded", "full");
    Alarm disarmed = new Alarm("disarmed", "new switches");
    board.raise(NORTH, "load", List.of(overloaded));
    board.heard(new BoardNews.OfAlarms(NORTH, "fencing", List.of(disarmed)));
    assertThat(board.raised(NORTH)).containsExactly(disarmed, overloaded);
    assertThat(board.raised(SOUTH)).isEmpty();

    board.raise(NORTH, "load", List.of());
    assertThat(board.raised(NORTH)).containsExactly(disarmed);
    pass(FleetSight.ALARM_INTERVAL.multipliedBy(3).plusMillis(1));

    assertThat(board.raised(NORTH)).isEmpty();
  }

  private void pass(Duration time) {
    nowNs.addAndGet(time.toNanos());
  }

  private static WitnessCandidate host(AreaId area, int number) {
    String id = "host-%s-01-h%d".formatted(area, number);
    return new WitnessCandidate(new Witness(id, id + ":7300"), area.name(), "", false);
  }

  private static NodeReport report(String node, AreaId area) {
    return new NodeReport(
        node,
        area,
        node + ":7200",
        List.of(),
        Map.of(),
        new NodeLoad(0, 0, 10, 10, 0, 0, 0, 1, 2),
        true);
  }
}
