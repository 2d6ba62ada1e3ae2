package io.drover.multinode.harness;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.multinode.harness.Fleet.ControlNode;
import java.time.Duration;

/** Waits until a fleet is ready; each step within the limit, or fails with what was last seen. */
record Readiness(Fleet fleet, Duration limit) {
  /** With fewer hosts none gets a lease: each needs a majority of hosts among three witnesses. */
  private static final int HOSTS_FOR_LEASES = 3;

  /** Every node that is to run takes requests, and every host that runs is connected. */
  void await() {
    for (ControlNode node : fleet.nodes()) {
      if (!node.process().isWanted()) {
        continue;
      }
      try {
        Fleet.client(node)
            .await(node.process().name() + " to be ready", "/health/ready", limit, _ -> true);
      } catch (NotReadyException e) {
        throw new NotReadyException(e.getMessage() + "\n" + node.process().logTail(40), e);
      }
    }
    awaitHosts();
  }

  /** Asks each entity, as lists are a little behind. */
  void awaitHosts() {
    long expected = fleet.hosts().stream().filter(JavaProcess::isAlive).count();
    FleetClient client = fleet.anyClient();
    client.await(
        expected + " connected hosts that hold their leases",
        "/v1/hosts?limit=500",
        limit,
        list -> {
          long connected = 0;
          for (JsonNode host : list.path("items")) {
            JsonNode live = client.get("/v1/hosts/" + host.path("id").asText()).body();
            connected += isReady(live, expected >= HOSTS_FOR_LEASES) ? 1 : 0;
          }
          return connected >= expected;
        });
  }

  /** After control has moved a host counts as connected until its agent had time to come back. */
  private static boolean isReady(JsonNode host, boolean leased) {
    boolean heard = host.path("lastHeartbeat").isTextual();
    boolean holds = host.path("liveness").path("lease").path("held").asBoolean();
    return "CONNECTED".equals(host.path("state").asText()) && heard && (holds || !leased);
  }
}
