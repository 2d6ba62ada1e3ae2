package io.drover.node.sharding;

import io.drover.actor.routing.ControlNodes;
import io.drover.actor.vm.Vm;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.sharding.ShardRegion.ClusterShardingStats;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingQuery;
import org.apache.pekko.cluster.sharding.typed.GetClusterShardingStats;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;

/**
 * Members and who runs which cell. Cells are asked for at most once a second, and only while
 * somebody wants to know.
 */
public final class ClusterNodes implements ControlNodes {
  private static final String NAME_PREFIX = "node-";
  private static final long REFRESH_NS = Duration.ofSeconds(1).toNanos();
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

  private final ActorSystem<?> system;
  private final Cluster cluster;
  private final AtomicLong nextRefreshNs = new AtomicLong(System.nanoTime());
  private volatile Map<String, String> nodeOfCell = Map.of();

  public ClusterNodes(ActorSystem<?> system) {
    this.system = system;
    this.cluster = Cluster.get(Adapter.toClassic(system));
  }

  /** The role that tells others the name of a node. */
  public static String roleOf(String node) {
    return NAME_PREFIX + node;
  }

  @Override
  public List<String> of(AreaId area) {
    return members().stream()
        .filter(member -> member.getRoles().contains(CellAllocation.roleOf(area)))
        .map(ClusterNodes::nameOf)
        .sorted()
        .toList();
  }

  @Override
  public String running(CellId cell) {
    refreshIfDue();
    return nodeOfCell.getOrDefault(cell.toString(), "");
  }

  private void refreshIfDue() {
    long now = System.nanoTime();
    long due = nextRefreshNs.get();
    if (now - due < 0 || !nextRefreshNs.compareAndSet(due, now + REFRESH_NS)) {
      return;
    }
    ActorRef<ClusterShardingQuery> shardState = ClusterSharding.get(system).shardState();
    CompletionStage<ClusterShardingStats> stats =
        AskPattern.ask(
            shardState,
            replyTo -> new GetClusterShardingStats(Vm.TYPE_KEY, ANSWER_LIMIT, replyTo),
            ANSWER_LIMIT.multipliedBy(2),
            system.scheduler());
    // without an answer, what was known stays: it is for people
    stats.thenAccept(answer -> nodeOfCell = namesOfCells(answer));
  }

  private Map<String, String> namesOfCells(ClusterShardingStats stats) {
    Map<Address, String> names = new HashMap<>();
    members().forEach(member -> names.put(member.address(), nameOf(member)));
    Map<String, String> cells = new HashMap<>();
    stats
        .getRegions()
        .forEach((address, region) ->
            region
                .getStats()
                .keySet()
                .forEach(cell -> cells.put(cell, names.getOrDefault(address, ""))));
    return Map.copyOf(cells);
  }

  private List<Member> members() {
    return StreamSupport.stream(cluster.state().getMembers().spliterator(), false).toList();
  }

  private static String nameOf(Member member) {
    return member.getRoles().stream()
        .filter(role -> role.startsWith(NAME_PREFIX))
        .map(role -> role.substring(NAME_PREFIX.length()))
        .findFirst()
        .orElseGet(() -> member.address().toString());
  }
}
