package io.drover.node.sharding;

import io.drover.config.units.AreaId;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;

/** The members of the cluster by their Drover names. Safe on any thread; never blocks. */
public final class ClusterNodes {
  private static final String NAME_PREFIX = "node-";

  private final Cluster cluster;

  public ClusterNodes(ActorSystem<?> system) {
    this.cluster = Cluster.get(Adapter.toClassic(system));
  }

  /** The role that tells others the name of a node. */
  public static String roleOf(String node) {
    return NAME_PREFIX + node;
  }

  /** Names of those that are up: not of joining, leaving or downed ones. */
  public Set<String> up() {
    Set<String> names = new HashSet<>();
    members(member -> member.status().equals(MemberStatus.up()))
        .forEach(member -> names.add(nameOf(member)));
    return names;
  }

  /** Areas that have a member of any status. */
  public Set<AreaId> areas() {
    Set<AreaId> areas = new HashSet<>();
    for (Member member : members(_ -> true)) {
      member.getRoles().stream()
          .flatMap(role -> CellAllocation.areaOf(role).stream())
          .forEach(areas::add);
    }
    return areas;
  }

  private Set<Member> members(Predicate<Member> wanted) {
    Set<Member> members = new HashSet<>();
    cluster
        .state()
        .getMembers()
        .forEach(member -> {
          if (wanted.test(member)) {
            members.add(member);
          }
        });
    return members;
  }

  private static String nameOf(Member member) {
    return member.getRoles().stream()
        .filter(role -> role.startsWith(NAME_PREFIX))
        .map(role -> role.substring(NAME_PREFIX.length()))
        .findFirst()
        .orElseGet(() -> member.address().toString());
  }
}
