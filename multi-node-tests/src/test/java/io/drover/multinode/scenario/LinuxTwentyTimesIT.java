package io.drover.multinode.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.multinode.check.CalmVm;
import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.FleetClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** A Linux guest under load, moved back and forth through the HTTP API. */
@EnabledIf("runsLinux")
class LinuxTwentyTimesIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int MIGRATIONS = 20;

  static boolean runsLinux() {
    return Guests.runsLinux();
  }

  @Test
  void shouldKeepALinuxGuestSoundOverTwentyMigrations() {
    try (Fleet fleet =
        Fleet.of("north")
            .controlNodes(1)
            .hosts(2)
            .agentProperty("drover.agent.capacity.memory", "2GiB")
            .agentProperty("drover.agent.images-dir", Guests.imagesDirectory().toString())
            .start(Directories.fresh("linux-twenty-times"))) {
      fleet.awaitReady();
      FleetClient client = fleet.anyClient();
      Guests guests = new Guests(client);
      String vm = guests.create("north", "h1", "linux");
      JsonNode before = client.vm(vm).path("report");
      for (int i = 1; i <= MIGRATIONS; i++) {
        migrate(client, vm, client.hostId("north", i % 2 == 1 ? "h2" : "h1"));
        guests.awaitBeating(vm);
      }

      JsonNode after = client.vm(vm).path("report");
      assertThat(number(after, "beats")).isGreaterThan(number(before, "beats"));
      assertThat(number(after, "uptime_s")).isGreaterThanOrEqualTo(number(before, "uptime_s"));
      for (String fault : new String[] {"lost", "repeated", "corrupted", "stale", "wrong"}) {
        assertThat(number(after, fault)).as(fault + " in " + after).isZero();
      }
      CalmVm.check(client, fleet, vm);
      client.deleteVm(vm, PATIENCE);
    }
  }

  private static void migrate(FleetClient client, String vm, String target) {
    ObjectNode request = client.object().put("target", target).put("downtimeLimitMs", 2000);
    String id =
        client
            .post("/v1/vms/" + vm + ":migrate", request)
            .expectSuccess("migrating")
            .path("id")
            .asText();
    JsonNode end =
        client.await(
            "the end of " + id, "/v1/migrations/" + id, PATIENCE, m -> m.path("over").asBoolean());
    assertThat(end.path("phase").asText()).as(end.toString()).isEqualTo("COMPLETED");
    assertThat(end.path("figures").path("digestsEqual").asBoolean()).isTrue();
  }

  /** A key that the guest never printed is a failure, not a zero. */
  private static long number(JsonNode report, String key) {
    return (long) Double.parseDouble(report.path(key).asText());
  }
}
