package io.drover.bench.migration;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Warms a fleet up: moves a small guest to and fro until the code on the way is compiled. Before,
 * the compilers have the two cores while guests stand still: the first blackout is ten times that
 * of the hundredth.
 */
final class SmallGuest {
  private static final int MIGRATIONS = 100;
  private static final long BYTES = 16 << 20;

  /** Not refused for the cold blackouts that were seen so far. */
  private static final Map<String, Long> PATIENT = Map.of("downtimeLimitMs", 5000L);

  private SmallGuest() {}

  /** The migrations, the first one first. */
  static List<JsonNode> migrate(FleetVms vms) {
    System.out.printf("  %d migrations of a small guest, to warm up%n", MIGRATIONS);
    String vm = vms.create("small", "churn", "h1", BYTES, Map.of("rate", "1000"));
    vms.await(
        vm, "the small guest to run", shown -> "RUNNING".equals(shown.path("phase").asText()));
    List<JsonNode> migrations = new ArrayList<>();
    for (int i = 0; i < MIGRATIONS; i++) {
      migrations.add(vms.migrate(vm, i % 2 == 0 ? "h2" : "h1", PATIENT));
    }
    vms.delete(vm);
    return migrations;
  }
}
