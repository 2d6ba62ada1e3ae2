package io.drover.bench.failover;

import io.drover.bench.failover.EffectLog.Continuity;
import io.drover.bench.report.Metric;
import io.drover.bench.report.Report;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * SIGKILL of all control nodes of an area at once: when its backup takes operations on its VMs,
 * when every host has a session with the backup, and whether guests noticed.
 */
final class AreaLoss {
  private static final double ACCEPT_GOAL_S = 30;
  private static final double SWITCH_GOAL_S = 10;
  private static final int VMS_PER_HOST = 3;

  private final SmallFleet fleet;
  private final List<Double> accepts = new ArrayList<>();
  private final List<Double> switches = new ArrayList<>();
  private final List<Double> silences = new ArrayList<>();
  private long lostBeats;
  private int stopped;

  AreaLoss(SmallFleet fleet) {
    this.fleet = fleet;
  }

  void measure(int runs, Report report) {
    List<String> left = new ArrayList<>(); // left alone: their guests must not notice
    List<String> operated = new ArrayList<>();
    for (int host = 1; host <= 3; host++) {
      List<String> vms = fleet.createVms("north-h" + host, VMS_PER_HOST);
      left.addAll(vms.subList(1, vms.size()));
      operated.add(vms.getFirst());
    }
    for (int run = 0; run < runs; run++) {
      lose(left, operated);
    }
    operated.addAll(left);
    fleet.deleteVms(operated);
    report.add(Metric.ofSamples("area_takeover_accept_p50_s", "s", accepts));
    report.add(
        Metric.percentile("area_takeover_accept_p99_s", "s", 99, accepts).atMost(ACCEPT_GOAL_S));
    report.add(
        Metric.percentile("endpoint_switch_all_hosts_s", "s", 99, switches).atMost(SWITCH_GOAL_S));
    report.add(Metric.of("takeover_guest_beats_lost", (double) lostBeats, "beats").atMost(0));
    report.add(Metric.of("takeover_guests_stopped", stopped, "guests").atMost(0));
    report.add(Metric.percentile("takeover_longest_silence_s", "s", 100, silences));
  }

  private void lose(List<String> left, List<String> operated) {
    long killedNs = System.nanoTime();
    fleet.nodesOf(SmallFleet.AREA).parallelStream()
        .forEach(node -> fleet.fleet().kill(node.process().name()));
    List<ApiProbe> probes = operated.stream().map(fleet::probeStop).toList();
    Awaitility.await("the backup to take operations")
        .atMost(SmallFleet.PATIENCE)
        .until(() -> probes.stream().allMatch(probe -> probe.firstAnswerNs(killedNs).isPresent()));
    probes.forEach(ApiProbe::close);
    long acceptedNs =
        probes.stream()
            .mapToLong(probe -> probe.firstAnswerNs(killedNs).orElseThrow())
            .max()
            .orElseThrow();
    fleet.awaitArea(
        "every host to be with the backup",
        a ->
            a.path("managedBy").asText().equals(SmallFleet.BACKUP)
                && a.path("hostsToSwitch").asInt() == 0);
    double accept = (acceptedNs - killedNs) / SmallFleet.NS_PER_SECOND;
    double switched = Math.max(System.nanoTime() - acceptedNs, 0) / SmallFleet.NS_PER_SECOND;
    operated.forEach(this::awaitStopped);
    fleet.bringBackAreaNodes();
    Continuity guests = fleet.effects().since(killedNs, left);
    System.out.printf(
        "  area lost: operations after %.1f s, all hosts switched %.1f s later, beats lost %d%n",
        accept, switched, guests.lostBeats());
    accepts.add(accept);
    switches.add(switched);
    silences.add(guests.longestSilenceSeconds());
    lostBeats += guests.lostBeats();
    stopped += guests.stopped();
    fleet.effects().forget(left);
    operated.forEach(this::start);
  }

  /** What was accepted is done. */
  private void awaitStopped(String vm) {
    fleet
        .client()
        .await(
            vm + " to stop",
            "/v1/vms/" + vm,
            SmallFleet.PATIENCE,
            v -> v.path("phase").asText().equals("STOPPED"));
  }

  private void start(String vm) {
    long askedNs = System.nanoTime();
    fleet
        .client()
        .post("/v1/vms/" + vm + ":start", fleet.client().object())
        .expectSuccess("starting " + vm);
    fleet.effects().await(vm, SmallFleet.PATIENCE, effect -> effect.atNs() - askedNs > 0);
  }
}
