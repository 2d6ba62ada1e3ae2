package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.FleetProcess;
import io.drover.multinode.harness.HostMachine;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * What there is to aim at, by name; all that a schedule depends on beside its seed.
 *
 * @param canBreakNetwork whether the fleet is in namespaces
 * @param hasSmallDisks whether agents' disks can be filled
 * @param hasShim whether clocks and disks can be disturbed
 * @param hasDatabase whether the database is a process of its own
 */
public record FleetShape(
    List<String> areas,
    List<String> nodes,
    List<String> hosts,
    boolean canBreakNetwork,
    boolean hasSmallDisks,
    boolean hasShim,
    boolean hasDatabase) {
  public FleetShape {
    areas = List.copyOf(areas);
    nodes = List.copyOf(nodes);
    hosts = List.copyOf(hosts);
  }

  public static FleetShape of(Fleet fleet) {
    return new FleetShape(
        fleet.nodes().stream().map(Fleet.ControlNode::area).distinct().toList(),
        fleet.nodes().stream().map(node -> node.process().name()).toList(),
        fleet.machines().stream().map(HostMachine::name).toList(),
        fleet.network().canBreak(),
        fleet.machines().stream().allMatch(host -> host.disk().isPresent()),
        fleet.hosts().stream().map(FleetProcess::shim).allMatch(shim -> shim.isPresent()),
        fleet.database().isPresent());
  }

  /** Hosts of an area; names begin with it. */
  List<String> hostsOf(String area) {
    return hosts.stream().filter(host -> host.startsWith(area + "-")).toList();
  }

  List<String> nodesAndHosts() {
    return Stream.concat(nodes.stream(), hosts.stream()).toList();
  }

  static String pick(RandomGenerator random, List<String> from) {
    return from.get(random.nextInt(from.size()));
  }

  /** Two different ones. */
  static List<String> pickTwo(RandomGenerator random, List<String> from) {
    int first = random.nextInt(from.size());
    int second = (first + 1 + random.nextInt(from.size() - 1)) % from.size();
    return List.of(from.get(first), from.get(second));
  }
}
