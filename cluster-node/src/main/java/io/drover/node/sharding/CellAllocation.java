package io.drover.node.sharding;

import io.drover.actor.area.FleetSight;
import io.drover.config.units.AreaId;
import io.drover.node.sharding.CellPlaces.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
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
import scala.jdk.javaapi.FutureConverters;

/**
 * Puts the shard of a cell ({@code north-03}) on a node of the area that manages it, or, while that
 * has none up, of the next area of its hierarchy: the same node for everything in the cell, and the
 * cells of an area evenly over its nodes. A cell whose hierarchy has no node is put nowhere.
 *
 * <p>The shard of an area itself, which has nobody to command, goes to the first of its hierarchy
 * with a node, else to any: somebody must say that nobody runs it.
 */
public final class CellAllocation extends AbstractShardAllocationStrategy {
  /** Moved cells answer nothing for a moment: never many at once. */
  static final int MOVES_PER_REBALANCE = 4;

  private static final String ROLE_PREFIX = "area-";

  private final Function<ActorRef, Optional<Node>> upMember;
  private final FleetSight sight;

  CellAllocation(Function<ActorRef, Optional<Node>> upMember, FleetSight sight) {
    this.upMember = upMember;
    this.sight = sight;
  }

  /** Reads roles and status from the cluster of this system. */
  public static CellAllocation of(ActorSystem system, FleetSight sight) {
    Cluster cluster = Cluster.get(system);
    return new CellAllocation(region -> upMember(cluster, region), sight);
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
    return FutureConverters.asScala(
        places(allocations)
            .placeOf(shardId)
            .map(CompletableFuture::completedFuture)
            .orElseGet(CompletableFuture::new)); // never: whoever has a message for it asks again
  }

  @Override
  public Future<Set<String>> rebalance(
      Map<ActorRef, IndexedSeq<String>> allocations, Set<String> inProgress) {
    if (!inProgress.isEmpty()) {
      return Future.successful(Set.of());
    }
    CellPlaces<ActorRef> places = places(allocations);
    Set<String> moves = new TreeSet<>();
    for (Region<ActorRef> region : places.regions()) {
      for (String shard : CollectionConverters.asJava(allocations.get(region.ref()))) {
        if (places.placeOf(shard).filter(place -> !place.equals(region.ref())).isPresent()) {
          moves.add(shard);
        }
      }
    }
    return Future.successful(moves.stream().limit(MOVES_PER_REBALANCE).collect(Collectors.toSet()));
  }

  private CellPlaces<ActorRef> places(Map<ActorRef, IndexedSeq<String>> allocations) {
    List<Region<ActorRef>> regions = new ArrayList<>();
    allocations
        .keySet()
        .forEach(ref ->
            upMember
                .apply(ref)
                .ifPresent(node -> regions.add(new Region<>(ref, node.address(), node.roles()))));
    return new CellPlaces<>(sight, regions);
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
}
