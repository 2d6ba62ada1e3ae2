package io.drover.bench.failover;

import io.drover.bench.failover.EffectLog.Continuity;
import io.drover.bench.report.Metric;
import io.drover.bench.report.Report;
import io.drover.multinode.harness.Fleet.ControlNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Every control node of every area is dead for a minute: no guest may notice. */
final class Headless {
  private static final Duration AWAY = Duration.ofSeconds(60);
  private static final int VMS_PER_HOST = 3;

  private final SmallFleet fleet;

  Headless(SmallFleet fleet) {
    this.fleet = fleet;
  }

  void measure(Report report) {
    List<String> vms = new ArrayList<>();
    for (int host = 1; host <= 3; host++) {
      vms.addAll(fleet.createVms("north-h" + host, VMS_PER_HOST));
    }
    long beganNs = System.nanoTime();
    List<ControlNode> nodes = List.copyOf(fleet.fleet().nodes());
    nodes.parallelStream().forEach(node -> fleet.fleet().kill(node.process().name()));
    Pause.of(AWAY);
    Continuity without = fleet.effects().since(beganNs, vms);
    nodes.forEach(node -> node.process().start());
    fleet.fleet().awaitReady(SmallFleet.PATIENCE);
    fleet.bringBackAreaNodes();
    Continuity afterwards = fleet.effects().since(beganNs, vms);
    System.out.printf("  no control plane for %s: %s; after it: %s%n", AWAY, without, afterwards);
    fleet.deleteVms(vms);
    report.add(Metric.of("headless_60s_guests_stopped", without.stopped(), "guests").atMost(0));
    report.add(
        Metric.of("headless_60s_beats_lost", (double) without.lostBeats(), "beats").atMost(0));
    report.add(Metric.of("headless_60s_longest_silence_s", without.longestSilenceSeconds(), "s"));
    report.add(
        Metric.of("after_headless_guests_stopped", afterwards.stopped(), "guests").atMost(0));
  }
}
