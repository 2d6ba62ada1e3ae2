package io.drover.bench.failover;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.bench.report.Metric;
import io.drover.bench.report.Report;
import io.drover.bench.simulated.SimulatedHost;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * An area's control node has more hosts than it should: when it has had them for as long as is
 * asked for, how long until the area has decided to lend cells, and until the hosts of those, a
 * thousand and more, are with the borrower. After each run the borrower wants its room back. The
 * first one meets a borrower that has just started and never had a host: it is reported by itself.
 */
final class Burst {
  private static final Duration HOLD = Duration.ofSeconds(3);
  private static final int LIMIT = 1640;
  private static final double LOW_WATER = 0.8;
  private static final int BELOW = 1290;
  private static final int MORE = 110;
  private static final int HANDED_OVER = 1000;
  private static final double DECISION_GOAL_MS = 200;
  private static final double HAND_OVER_GOAL_S = 10;
  private static final double NS_PER_MS = 1e6;
  private static final double NS_PER_SECOND = 1e9;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration POLL = Duration.ofMillis(10);

  private final List<Double> decisions = new ArrayList<>();
  private final List<Double> handOvers = new ArrayList<>();

  void measure(int runs, Report report) throws IOException {
    var plan =
        LargeFleet.plan(LIMIT, LIMIT)
            .nodeHeap("1g")
            .nodeProperty("drover.area.burst.low-water", Double.toString(LOW_WATER))
            .nodeProperty("drover.area.burst.high-water", "0.2")
            .nodeProperty("drover.area.burst.hold", HOLD.toSeconds() + "s")
            .nodeProperty("drover.entities.leak-check-interval", "2s");
    try (LargeFleet fleet = LargeFleet.start(plan)) {
      fleet.addHosts(BELOW);
      fleet.await(LargeFleet.AREA, "all hosts to be settled", a -> hostsToSwitch(a) == 0);
      fleet.addHosts(MORE);
      report.add(Metric.of("burst_1000_hosts_first_s", lend(fleet), "s"));
      recall(fleet);
      for (int run = 0; run < runs; run++) {
        handOvers.add(lend(fleet));
        recall(fleet);
      }
    }
    report.add(
        Metric.percentile("burst_decision_ms", "ms", 99, decisions).atMost(DECISION_GOAL_MS));
    report.add(Metric.ofSamples("burst_decision_p50_ms", "ms", decisions));
    report.add(
        Metric.percentile("burst_1000_hosts_s", "s", 99, handOvers).atMost(HAND_OVER_GOAL_S));
  }

  /** Returns the seconds until all hosts are with the borrower. */
  private double lend(LargeFleet fleet) {
    long strainedNs = seen(fleet, "too many hosts", Burst::isStrained);
    long decidedNs = seen(fleet, "cells to be lent", a -> !lent(a).isEmpty());
    double decision = (decidedNs - strainedNs - HOLD.toNanos()) / NS_PER_MS;
    Set<String> lent = lent(fleet.client(LargeFleet.AREA).get("/v1/areas/north").body());
    List<SimulatedHost> hosts =
        fleet.hosts().all().stream()
            .filter(host -> lent.contains(LargeFleet.cell(host).toString()))
            .toList();
    String borrower = fleet.gateway(LargeFleet.BACKUP);
    Awaitility.await("the hosts of lent cells to be with the borrower")
        .atMost(PATIENCE)
        .pollInterval(POLL)
        .until(() -> hosts.stream().allMatch(host -> host.isAt(borrower)));
    double handOver = (System.nanoTime() - decidedNs) / NS_PER_SECOND;
    System.out.printf(
        "  strained for %s: decided %.0f ms later, %d hosts of %d cells handed over in %.1f s%n",
        HOLD, decision, hosts.size(), lent.size(), handOver);
    if (hosts.size() < HANDED_OVER) {
      throw new IllegalStateException("only " + hosts.size() + " hosts were handed over");
    }
    decisions.add(decision);
    return handOver;
  }

  private static void recall(LargeFleet fleet) {
    fleet.await(LargeFleet.AREA, "all hosts to be settled", a -> hostsToSwitch(a) == 0);
    fleet
        .client(LargeFleet.BACKUP)
        .post(
            "/v1/areas/" + LargeFleet.BACKUP + ":recall", fleet.client(LargeFleet.BACKUP).object())
        .expectSuccess("recalling");
    fleet.await(LargeFleet.AREA, "no cell to be lent", a -> lent(a).isEmpty());
  }

  /** When the area is first seen so, by whoever asks all the time. */
  private static long seen(LargeFleet fleet, String what, Predicate<JsonNode> condition) {
    var client = fleet.client(LargeFleet.AREA);
    Awaitility.await(what)
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(POLL)
        .until(() -> {
          var answer = client.get("/v1/areas/" + LargeFleet.AREA);
          return answer.isSuccess() && condition.test(answer.body());
        });
    return System.nanoTime();
  }

  private static boolean isStrained(JsonNode area) {
    return area.path("controlNodes").path(0).path("hosts").asInt() > LOW_WATER * LIMIT;
  }

  private static int hostsToSwitch(JsonNode area) {
    return area.path("hostsToSwitch").asInt();
  }

  private static Set<String> lent(JsonNode area) {
    return area.path("cells")
        .valueStream()
        .filter(cell -> !cell.path("managedBy").asText().equals(LargeFleet.AREA))
        .map(cell -> cell.path("id").asText())
        .collect(Collectors.toSet());
  }
}
