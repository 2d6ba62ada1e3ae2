package io.drover.node.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.area.AreaPolicy;
import io.drover.actor.area.Management;
import io.drover.config.units.AreaId;
import io.drover.config.units.Epoch;
import io.drover.node.board.Board;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.Await;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

final class CellAllocationTest {
  private static final AreaId WEST = new AreaId("west");

  private final ActorTestKit testKit = ActorTestKit.create();
  private final Map<ActorRef, CellAllocation.Node> upMembers = new HashMap<>();
  private final Map<ActorRef, IndexedSeq<String>> allocations = new HashMap<>();
  private final Board board = new Board(Set::of, Duration.ofSeconds(4), System::nanoTime);
  private final CellAllocation allocation =
      new CellAllocation(ref -> Optional.ofNullable(upMembers.get(ref)), board);

  @AfterEach
  void stop() {
    testKit.shutdownTestKit();
  }

  @Test
  void shouldSpreadTheCellsOfAnAreaEvenlyOverItsNodes() {
    ActorRef south = node("south");
    ActorRef first = node("north");
    ActorRef second = node("north");
    assertThat(allocate(south, "north-00")).isEqualTo(first);
    assertThat(allocate(south, "north-01")).isEqualTo(second);
    assertThat(allocate(south, "north-02")).isEqualTo(first);
    assertThat(allocate(first, "south-05")).isEqualTo(south);
  }

  @Test
  void shouldPutACellOnANodeOfTheAreaThatManagesIt() {
    ActorRef south = node("south");
    ActorRef west = node("west");
    node("north");
    manage("south", Map.of(4, WEST));

    assertThat(allocate(west, "north-03")).isEqualTo(south);
    assertThat(allocate(south, "north-04")).isEqualTo(west);
  }

  @Test
  void shouldGoDownTheHierarchyWhileTheManagerHasNoNode() {
    ActorRef west = node("west");
    node("east");
    manage("south", Map.of());

    assertThat(allocate(west, "north-03")).isEqualTo(west);
  }

  @Test
  void shouldPutACellNowhereWhenItsHierarchyHasNoNode() {
    ActorRef east = node("east", "north-05");
    manage("north", Map.of());

    assertThat(allocation.allocateShard(east, "north-03", allocations).isCompleted()).isFalse();
    assertThat(rebalance(Set.of())).as("it is no better anywhere else").isEmpty();
    assertThat(allocate(east, "north")).as("somebody must say so").isEqualTo(east);
  }

  @Test
  void shouldMoveWhatHasANewManager() {
    node("north", "north", "north-00", "north-01");
    node("south");
    manage("south", Map.of());

    assertThat(rebalance(Set.of())).containsExactlyInAnyOrder("north-00", "north-01");
  }

  private void manage(String keeper, Map<Integer, AreaId> lent) {
    board.publish(
        new Management(
            new AreaId("north"),
            new Epoch(1),
            1,
            1,
            8,
            Map.of(),
            AreaPolicy.DEFAULT.withBackups(List.of(new AreaId("south"), WEST)),
            new AreaId(keeper),
            lent,
            Map.of()));
  }

  @Test
  void shouldPutACellOnAnyNodeUntilItsHierarchyIsKnown() {
    ActorRef south = node("south", "south-00");
    ActorRef leavingNorth = node("north");
    upMembers.remove(leavingNorth);
    assertThat(allocate(leavingNorth, "north-03")).isEqualTo(south);
  }

  @Test
  void shouldPutTheShardOfAnAreaOnItsOwnNode() {
    ActorRef south = node("south");
    ActorRef north = node("north");
    assertThat(allocate(north, "south")).isEqualTo(south);
  }

  @Test
  void shouldBringCellsHomeWhenTheirAreaIsBack() {
    node("south", "south-00", "north-01");
    node("north");
    assertThat(rebalance(Set.of())).containsExactly("north-01");
  }

  @Test
  void shouldMoveFewAtOnceAndNoneWhileSomeMove() {
    node("south", "north-00", "north-01", "north-02", "north-03", "north-04", "north-05");
    node("north");
    assertThat(rebalance(Set.of())).hasSize(CellAllocation.MOVES_PER_REBALANCE);
    assertThat(rebalance(Set.of("north-00"))).isEmpty();
  }

  @Test
  void shouldGiveASecondNodeItsHalf() {
    node("north", "north-00", "north-01", "north-02", "north-03");
    node("north");
    assertThat(rebalance(Set.of())).containsExactlyInAnyOrder("north-01", "north-03");
  }

  @Test
  void shouldLeaveNodesAloneThatHaveWhatTheyShould() {
    node("north", "north-00", "north-02", "north");
    node("north", "north-01");
    node("south", "south-00");
    assertThat(rebalance(Set.of())).isEmpty();
  }

  private ActorRef node(String area, String... shards) {
    ActorRef region = Adapter.toClassic(testKit.spawn(Behaviors.empty()));
    String address = "node-" + upMembers.size();
    upMembers.put(region, new CellAllocation.Node(address, Set.of("area-" + area, "dc-default")));
    allocations.put(region, shards(shards));
    return region;
  }

  private static IndexedSeq<String> shards(String... shards) {
    return CollectionConverters.asScala(List.copyOf(Arrays.asList(shards))).toIndexedSeq();
  }

  private ActorRef allocate(ActorRef requester, String shard) {
    return await(allocation.allocateShard(requester, shard, allocations));
  }

  private Set<String> rebalance(Set<String> inProgress) {
    return await(allocation.rebalance(allocations, inProgress));
  }

  private static <T> T await(Future<T> future) {
    try {
      return Await.result(future, scala.concurrent.duration.Duration.Inf());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
