package io.drover.bench.failover;

import io.drover.bench.report.Metric;
import io.drover.bench.report.Report;
import java.util.ArrayList;
import java.util.List;

/**
 * A host loses its power: agent, guard and guests die at once. How long until each of its VMs has
 * an effect from another host.
 */
final class HostLoss {
  private static final double P50_GOAL_S = 8;
  private static final double P99_GOAL_S = 12;
  private static final int VMS = 3;
  private static final int HOSTS = 3;

  private final SmallFleet fleet;
  private final List<Double> restarts = new ArrayList<>();

  HostLoss(SmallFleet fleet) {
    this.fleet = fleet;
  }

  void measure(int runs, Report report) {
    for (int run = 0; run < runs; run++) {
      lose("north-h" + (run % HOSTS + 1));
    }
    report.add(Metric.percentile("host_loss_restart_p50_s", "s", 50, restarts).atMost(P50_GOAL_S));
    report.add(Metric.percentile("host_loss_restart_p99_s", "s", 99, restarts).atMost(P99_GOAL_S));
  }

  private void lose(String host) {
    fleet.awaitLease(host);
    List<String> vms = fleet.createVms(host, VMS);
    List<Double> ofRun = new ArrayList<>();
    long killedNs = System.nanoTime();
    fleet.fleet().powerOff(host);
    for (String vm : vms) {
      long beatsNs =
          fleet
              .effects()
              .await(vm, SmallFleet.PATIENCE, effect -> !effect.runner().host().equals(host))
              .atNs();
      ofRun.add((beatsNs - killedNs) / SmallFleet.NS_PER_SECOND);
    }
    System.out.printf("  %s lost its power: its VMs beat elsewhere after %s s%n", host, ofRun);
    restarts.addAll(ofRun);
    fleet.deleteVms(vms);
    fleet.fleet().machine(host).agent().start();
    fleet.awaitLease(host);
  }
}
