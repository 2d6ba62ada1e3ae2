package io.drover.multinode.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.config.units.HostId;
import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.FleetClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * After things have calmed down: one guest of the VM exists on the machine, where its grant is, and
 * the only capacity claimed for it or for any migration is its own, there.
 */
public final class CalmVm {
  private static final Duration CALM_LIMIT = Duration.ofMinutes(3);

  private CalmVm() {}

  /** Waits until it holds, and fails with what is there instead. */
  public static void check(FleetClient client, Fleet fleet, String vm) {
    Awaitility.await("one runner of " + vm)
        .atMost(CALM_LIMIT)
        .pollInterval(Duration.ofMillis(300))
        .untilAsserted(() -> requireOne(client, fleet, vm));
  }

  private static void requireOne(FleetClient client, Fleet fleet, String vm) {
    JsonNode shown = client.vm(vm);
    String host = shown.path("host").asText();
    List<String> guests = RunningGuests.of(vm, fleet);
    boolean isWhereGranted =
        guests.size() == 1 && !host.isEmpty() && guests.getFirst().startsWith(name(host) + ": ");
    if (!isWhereGranted || !"RUNNING".equals(shown.path("phase").asText())) {
      throw new AssertionError("guests of " + vm + ": " + guests + "; the API says " + shown);
    }
    List<String> claims = claims(client);
    if (!claims.equals(List.of(vm + " at " + host))) {
      throw new AssertionError(
          "claims: " + claims + "; expected only that of " + vm + " at " + host);
    }
  }

  /** The harness's name of a host. */
  private static String name(String host) {
    HostId id = HostId.parse(host);
    return id.area().name() + "-" + id.tail();
  }

  private static List<String> claims(FleetClient client) {
    List<String> claims = new ArrayList<>();
    for (JsonNode host :
        client.get("/v1/hosts?limit=500").expectSuccess("listing hosts").path("items")) {
      String id = host.path("id").asText();
      JsonNode live = client.get("/v1/hosts/" + id).expectSuccess("reading " + id);
      live.path("claims").forEach(claim -> claims.add(claim.path("owner").asText() + " at " + id));
    }
    return claims;
  }
}
