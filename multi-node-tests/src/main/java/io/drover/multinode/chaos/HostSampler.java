package io.drover.multinode.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.multinode.chaos.ApiClient.Attempt;
import io.drover.multinode.check.Capacity.Amount;
import io.drover.multinode.check.Capacity.Claim;
import io.drover.multinode.check.Capacity.HostSight;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Looks at every host again and again, at one node after the other, and keeps what it saw. */
final class HostSampler implements Runnable {
  private static final long INTERVAL_MS = 500;

  private final ApiClient api;
  private final List<URI> nodes;
  private final Set<String> hosts;
  private final CountDownLatch stop;
  private final List<HostSight> seen = new ArrayList<>(); // guarded by itself
  private int turn;

  /**
   * @param hosts their ids
   */
  HostSampler(ApiClient api, List<URI> nodes, Set<String> hosts, CountDownLatch stop) {
    this.api = api;
    this.nodes = List.copyOf(nodes);
    this.hosts = Set.copyOf(hosts);
    this.stop = stop;
  }

  @Override
  public void run() {
    try {
      while (!stop.await(INTERVAL_MS, TimeUnit.MILLISECONDS)) {
        sample();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks once at all. */
  void sample() {
    for (String host : hosts) {
      URI node = nodes.get(turn++ % nodes.size());
      if (api.get(node, "/v1/hosts/" + host) instanceof Attempt.Answered answer
          && answer.isSuccess()) {
        synchronized (seen) {
          seen.add(sight(answer.body()));
        }
      }
    }
  }

  List<HostSight> seen() {
    synchronized (seen) {
      return List.copyOf(seen);
    }
  }

  private static HostSight sight(JsonNode host) {
    List<Claim> claims = new ArrayList<>();
    host.path("claims")
        .forEach(claim -> claims.add(new Claim(claim.path("owner").asText(), amount(claim))));
    return new HostSight(
        host.path("id").asText(),
        host.path("version").asLong(),
        amount(host.path("capacity")),
        amount(host.path("claimed")),
        claims);
  }

  private static Amount amount(JsonNode node) {
    return new Amount(node.path("cpuMillis").asLong(), node.path("memoryBytes").asLong());
  }
}
