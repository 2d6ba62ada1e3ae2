package io.drover.node.sharding;

import io.drover.actor.host.Host;
import io.drover.actor.routing.ControlNodes;
import io.drover.actor.vm.Vm;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/**
 * Members and who runs which cell. Cells are asked for at most once a second, and only when
 * somebody wants to know.
 */
public final class ClusterNodes implements ControlNodes {
  private static final String NAME_PREFIX = "node-";
  private static final long REFRESH_NS = Duration.ofSeconds(1).toNanos();
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

  private final ActorSystem<?> system;
  private final Cluster cluster;
  private volatile Asked asked =
      new Asked(System.nanoTime() - REFRESH_NS, CompletableFuture.completedFuture(Map.of()));

  /** The last look at the regions. */
  private record Asked(long sinceNs, CompletableFuture<Map<CellId, String>> answer) {}

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
  public CompletionStage<Map<CellId, String>> running() {
    Asked last = asked;
    if (System.nanoTime() - last.sinceNs() < REFRESH_NS) {
      return last.answer();
    }
    // Two callers at once ask twice: it is for people.
    CompletableFuture<Map<CellId, String>> answer =
        cells(Vm.TYPE_KEY)
            .thenCombine(
                cells(Host.TYPE_KEY),
                (ofVms, ofHosts) -> {
                  Map<CellId, String> both = new HashMap<>(ofHosts);
                  both.putAll(ofVms);
                  return Map.copyOf(both);
                })
            .toCompletableFuture();
    asked = new Asked(System.nanoTime(), answer);
    return answer;
  }

  private CompletionStage<Map<CellId, String>> cells(EntityTypeKey<?> type) {
    ActorRef<ClusterShardingQuery> shardState = ClusterSharding.get(system).shardState();
    CompletionStage<ClusterShardingStats> stats =
        AskPattern.ask(
            shardState,
            replyTo -> new GetClusterShardingStats(type, ANSWER_LIMIT, replyTo),
            ANSWER_LIMIT.multipliedBy(2),
            system.scheduler());
    return stats
        .thenApply(this::namesOfCells)
        .exceptionally(_ -> Map.of()); // an area without this detail is better than none
  }

  private Map<CellId, String> namesOfCells(ClusterShardingStats stats) {
    Map<Address, String> names = new HashMap<>();
    members().forEach(member -> names.put(member.address(), nameOf(member)));
    Map<CellId, String> cells = new HashMap<>();
    stats
        .getRegions()
        .forEach((address, region) ->
            region
                .getStats()
                .keySet()
                .forEach(cell -> cells.put(CellId.parse(cell), names.getOrDefault(address, ""))));
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
