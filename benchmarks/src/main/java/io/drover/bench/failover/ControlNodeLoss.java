package io.drover.bench.failover;

import io.drover.bench.report.Metric;
import io.drover.bench.report.Report;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** SIGKILL of one of an area's control nodes: how long the API says nothing of the VMs it ran. */
final class ControlNodeLoss {
  private static final double GOAL_S = 10;
  private static final int VMS_PER_HOST = 4;
  private static final Duration WATCHED_ON = Duration.ofSeconds(2);

  private final SmallFleet fleet;
  private final List<Double> gaps = new ArrayList<>();
  private final List<Double> gapsOfOthers = new ArrayList<>();

  ControlNodeLoss(SmallFleet fleet) {
    this.fleet = fleet;
  }

  void measure(int runs, Report report) {
    List<String> vms = new ArrayList<>(fleet.createVms("north-h1", VMS_PER_HOST));
    vms.addAll(fleet.createVms("north-h2", VMS_PER_HOST));
    for (int run = 0; run < runs; run++) {
      var nodes = fleet.nodesOf(SmallFleet.AREA);
      kill(nodes.get(run % nodes.size()).process().name(), vms);
      fleet.bringBackAreaNodes();
    }
    fleet.deleteVms(vms);
    report.add(Metric.ofSamples("control_node_loss_api_gap_p50_s", "s", gaps));
    report.add(Metric.percentile("control_node_loss_api_gap_p99_s", "s", 99, gaps).atMost(GOAL_S));
    report.add(Metric.percentile("control_node_loss_others_api_gap_p99_s", "s", 99, gapsOfOthers));
  }

  private void kill(String node, List<String> vms) {
    Map<String, String> nodeOfCell = new HashMap<>();
    fleet
        .area()
        .path("cells")
        .forEach(cell -> nodeOfCell.put(cell.path("id").asText(), cell.path("node").asText()));
    Map<String, ApiProbe> ofNode = new HashMap<>();
    Map<String, ApiProbe> ofOthers = new HashMap<>();
    for (String vm : vms) {
      String cell = fleet.client().vm(vm).path("cell").asText();
      (node.equals(nodeOfCell.get(cell)) ? ofNode : ofOthers).put(vm, fleet.probeVm(vm));
    }
    if (ofNode.isEmpty()) {
      throw new IllegalStateException(node + " runs none of " + vms + ": " + nodeOfCell);
    }
    Awaitility.await("all VMs to be answered for")
        .atMost(SmallFleet.PATIENCE)
        .until(() -> isAnswered(ofNode, 0) && isAnswered(ofOthers, 0));
    long killedNs = System.nanoTime();
    fleet.fleet().kill(node);
    Awaitility.await("the API of the VMs of " + node)
        .atMost(SmallFleet.PATIENCE)
        .until(() -> isAnswered(ofNode, killedNs));
    Pause.of(WATCHED_ON);
    ofNode.values().forEach(ApiProbe::close);
    ofOthers.values().forEach(ApiProbe::close);
    double gap = longest(ofNode, killedNs);
    double others = longest(ofOthers, killedNs);
    System.out.printf(
        "  %s killed: its %d VMs unanswered for %.1f s, the other %d for %.1f s%n",
        node, ofNode.size(), gap, ofOthers.size(), others);
    gaps.add(gap);
    gapsOfOthers.add(others);
  }

  private static boolean isAnswered(Map<String, ApiProbe> probes, long afterNs) {
    return probes.values().stream().allMatch(probe -> probe.firstAnswerNs(afterNs).isPresent());
  }

  private static double longest(Map<String, ApiProbe> probes, long sinceNs) {
    return probes.values().stream()
        .mapToDouble(probe -> probe.longestGapSeconds(sinceNs))
        .max()
        .orElse(0);
  }
}
