package io.drover.node.sharding;

import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.MalformedIdException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
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
 * Puts the shard of a cell ({@code north-03}) on a node of its area, evenly. While the area has no
 * node up, any other node takes the cell, so that its VMs keep a controller; it comes home once the
 * area has one again. Which area takes over first, by hierarchy, is not decided here yet.
 */
public final class CellAllocation extends AbstractShardAllocationStrategy {
  /** Moved cells answer nothing for a moment: never many at once. */
  static final int MOVES_PER_REBALANCE = 4;

  private final Function<ActorRef, Optional<Set<String>>> rolesOfUpMember;

  CellAllocation(Function<ActorRef, Optional<Set<String>>> rolesOfUpMember) {
    this.rolesOfUpMember = rolesOfUpMember;
  }

  /** Reads roles and status from the cluster of this system. */
  public static CellAllocation of(ActorSystem system) {
    Cluster cluster = Cluster.get(system);
    return new CellAllocation(region -> rolesOfUpMember(cluster, region));
  }

  /** The role of all control nodes of an area. */
  public static String roleOf(AreaId area) {
    return "area-" + area;
  }

  @Override
  public Future<ActorRef> allocateShard(
      ActorRef requester, String shardId, Map<ActorRef, IndexedSeq<String>> allocations) {
    return Future.successful(
        leastLoaded(candidates(shardId, regions(allocations))).map(Region::ref).orElse(requester));
  }

  @Override
  public Future<Set<String>> rebalance(
      Map<ActorRef, IndexedSeq<String>> allocations, Set<String> inProgress) {
    return Future.successful(inProgress.isEmpty() ? moves(regions(allocations)) : Set.of());
  }

  private static Set<String> moves(List<Region> regions) {
    List<String> moves = new ArrayList<>();
    for (Region region : regions) {
      region.shards().stream()
          .filter(shard -> !candidates(shard, regions).contains(region))
          .forEach(moves::add);
    }
    areasOf(regions).values().forEach(of -> overload(of).ifPresent(moves::add));
    return new HashSet<>(moves.subList(0, Math.min(moves.size(), MOVES_PER_REBALANCE)));
  }

  /** A cell of this area to move from its fullest node, when its emptiest has two fewer. */
  private static Optional<String> overload(AreaShards area) {
    Comparator<Region> byLoad = Comparator.comparingInt(r -> area.countOn(r));
    Region fullest = area.nodes().stream().max(byLoad).orElseThrow();
    Region emptiest = area.nodes().stream().min(byLoad).orElseThrow();
    return area.countOn(fullest) - area.countOn(emptiest) < 2
        ? Optional.empty()
        : fullest.shards().stream().filter(area::owns).findFirst();
  }

  private static Map<String, AreaShards> areasOf(List<Region> regions) {
    Map<String, AreaShards> areas = new TreeMap<>();
    for (Region region : regions) {
      for (String role : region.roles()) {
        areas
            .computeIfAbsent(role, name -> new AreaShards(name, new ArrayList<>()))
            .nodes()
            .add(region);
      }
    }
    areas.keySet().removeIf(role -> !role.startsWith("area-"));
    return areas;
  }

  private static List<Region> candidates(String shard, List<Region> regions) {
    List<Region> atHome =
        regions.stream().filter(region -> region.roles().contains(homeRole(shard))).toList();
    return atHome.isEmpty() ? regions : atHome;
  }

  /** Shards that are no cells (of areas themselves) are named as the area. */
  private static String homeRole(String shard) {
    try {
      return roleOf(CellId.parse(shard).area());
    } catch (MalformedIdException _) {
      return "area-" + shard;
    }
  }

  private static Optional<Region> leastLoaded(List<Region> regions) {
    return regions.stream()
        .min(
            Comparator.<Region>comparingInt(region -> region.shards().size())
                .thenComparing(region -> region.ref().path().toString()));
  }

  /** Only those on members that are up: a leaving node must not get what it just gave away. */
  private List<Region> regions(Map<ActorRef, IndexedSeq<String>> allocations) {
    List<Region> regions = new ArrayList<>();
    allocations.forEach((ref, shards) ->
        rolesOfUpMember
            .apply(ref)
            .ifPresent(
                roles -> regions.add(new Region(ref, roles, CollectionConverters.asJava(shards)))));
    return regions;
  }

  private static Optional<Set<String>> rolesOfUpMember(Cluster cluster, ActorRef region) {
    Address address =
        region.path().address().hasGlobalScope() ? region.path().address() : cluster.selfAddress();
    for (Member member : cluster.state().getMembers()) {
      if (member.address().equals(address) && member.status().equals(MemberStatus.up())) {
        return Optional.of(member.getRoles());
      }
    }
    return Optional.empty();
  }

  private record Region(ActorRef ref, Set<String> roles, List<String> shards) {}

  /** The nodes of one area, and what they run of it. */
  private record AreaShards(String role, List<Region> nodes) {
    boolean owns(String shard) {
      return homeRole(shard).equals(role);
    }

    int countOn(Region region) {
      return (int) region.shards().stream().filter(this::owns).count();
    }
  }
}
