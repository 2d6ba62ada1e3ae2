package io.drover.node.sharding;

import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.MalformedIdException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.sharding.ShardCoordinator.AbstractShardAllocationStrategy;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Puts the shard of a cell ({@code north-03}) on a node of its area: the same node for everything
 * in the cell, and the cells of an area evenly over its nodes. While the area has no node up, any
 * other node takes the cell, so that its VMs keep a controller; it comes home once the area has one
 * again. Which area takes over first, by hierarchy, is not decided here yet.
 */
public final class CellAllocation extends AbstractShardAllocationStrategy {
  /** Moved cells answer nothing for a moment: never many at once. */
  static final int MOVES_PER_REBALANCE = 4;

  private static final String ROLE_PREFIX = "area-";

  private final Function<ActorRef, Optional<Node>> upMember;

  CellAllocation(Function<ActorRef, Optional<Node>> upMember) {
    this.upMember = upMember;
  }

  /** Reads roles and status from the cluster of this system. */
  public static CellAllocation of(ActorSystem system) {
    Cluster cluster = Cluster.get(system);
    return new CellAllocation(region -> upMember(cluster, region));
  }

  /**
   * A member that is up: a leaving one must not get what it just gave away.
   *
   * @param address orders the nodes, the same for every kind of entity
   */
  record Node(String address, Set<String> roles) {}

  /** The role of all control nodes of an area. */
  public static String roleOf(AreaId area) {
    return ROLE_PREFIX + area;
  }

  /** The area whose control nodes have this role; empty for other roles. */
  public static Optional<AreaId> areaOf(String role) {
    return role.startsWith(ROLE_PREFIX)
        ? Optional.of(new AreaId(role.substring(ROLE_PREFIX.length())))
        : Optional.empty();
  }

  @Override
  public Future<ActorRef> allocateShard(
      ActorRef requester, String shardId, Map<ActorRef, IndexedSeq<String>> allocations) {
    return Future.successful(placeOf(shardId, regions(allocations)).orElse(requester));
  }

  @Override
  public Future<Set<String>> rebalance(
      Map<ActorRef, IndexedSeq<String>> allocations, Set<String> inProgress) {
    if (!inProgress.isEmpty()) {
      return Future.successful(Set.of());
    }
    List<Region> regions = regions(allocations);
    Set<String> moves = new TreeSet<>();
    for (Region region : regions) {
      for (String shard : CollectionConverters.asJava(allocations.get(region.ref()))) {
        if (!placeOf(shard, regions).equals(Optional.of(region.ref()))) {
          moves.add(shard);
        }
      }
    }
    return Future.successful(moves.stream().limit(MOVES_PER_REBALANCE).collect(Collectors.toSet()));
  }

  private static Optional<ActorRef> placeOf(String shard, List<Region> regions) {
    String home = homeRole(shard);
    List<Region> atHome =
        regions.stream().filter(region -> region.node().roles().contains(home)).toList();
    List<Region> candidates = atHome.isEmpty() ? regions : atHome;
    return candidates.isEmpty()
        ? Optional.empty()
        : Optional.of(candidates.get(indexOf(shard) % candidates.size()).ref());
  }

  /** Shards that are no cells (of areas themselves) are named as the area. */
  private static String homeRole(String shard) {
    return cell(shard).map(cell -> roleOf(cell.area())).orElse(ROLE_PREFIX + shard);
  }

  private static int indexOf(String shard) {
    return cell(shard).map(CellId::index).orElse(0);
  }

  private static Optional<CellId> cell(String shard) {
    try {
      return Optional.of(CellId.parse(shard));
    } catch (MalformedIdException _) {
      return Optional.empty();
    }
  }

  private List<Region> regions(Map<ActorRef, IndexedSeq<String>> allocations) {
    List<Region> regions = new ArrayList<>();
    allocations
        .keySet()
        .forEach(ref -> upMember.apply(ref).ifPresent(node -> regions.add(new Region(ref, node))));
    regions.sort(Comparator.comparing(region -> region.node().address()));
    return regions;
  }

  private static Optional<Node> upMember(Cluster cluster, ActorRef region) {
    Address address =
        region.path().address().hasGlobalScope() ? region.path().address() : cluster.selfAddress();
    for (Member member : cluster.state().getMembers()) {
      if (member.address().equals(address) && member.status().equals(MemberStatus.up())) {
        return Optional.of(new Node(address.toString(), member.getRoles()));
      }
    }
    return Optional.empty();
  }

  private record Region(ActorRef ref, Node node) {}
}
