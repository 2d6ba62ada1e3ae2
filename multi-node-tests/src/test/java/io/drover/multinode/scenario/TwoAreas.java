package io.drover.multinode.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.FleetClient;
import io.drover.multinode.harness.FleetPlan;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;

/**
 * A fleet of two areas, {@code south} the backup of {@code north}, and a VM of north that is to
 * notice nothing of what becomes of north's control plane. All of it is seen through south.
 */
final class TwoAreas implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final String NORTH = "/v1/areas/north";

  private final Fleet fleet;
  private final FleetClient south;
  private final Guests guests;
  private final String vm;
  private final JsonNode before;

  private TwoAreas(Fleet fleet) {
    this.fleet = fleet;
    this.south = Fleet.client(fleet.node("south-n1"));
    this.guests = new Guests(south);
    this.vm = guests.create("north", "h1", "pulse");
    this.before = south.vm(vm);
  }

  /**
   * Returns when the VM beats.
   *
   * @param more than one control node per area, on PostgreSQL
   */
  static TwoAreas start(String scenario, UnaryOperator<FleetPlan> more) {
    FleetPlan plan = Fleet.of("north", "south").controlNodes(1).onPostgresql();
    Fleet fleet = more.apply(plan).start(Directories.fresh(scenario));
    try {
      fleet.awaitReady();
      return new TwoAreas(fleet);
    } catch (RuntimeException e) {
      fleet.close();
      throw e;
    }
  }

  /** The same, of areas that lend cells when they are full for 3 s. */
  static TwoAreas startBursting(String scenario, UnaryOperator<FleetPlan> more) {
    return start(
        scenario,
        plan ->
            more.apply(plan)
                .nodeProperty("drover.area.burst.low-water", "1.0")
                .nodeProperty("drover.area.burst.high-water", "0.8")
                .nodeProperty("drover.area.burst.hold", "3s")
                .nodeProperty("drover.entities.leak-check-interval", "1s"));
  }

  Fleet fleet() {
    return fleet;
  }

  FleetClient south() {
    return south;
  }

  FleetClient north() {
    return Fleet.client(fleet.node("north-n1"));
  }

  /** As south's node sees them. */
  Guests guests() {
    return guests;
  }

  JsonNode area() {
    return south.get(NORTH).expectSuccess("reading north");
  }

  JsonNode await(String what, Predicate<JsonNode> condition) {
    return await(south, what, condition);
  }

  JsonNode await(FleetClient client, String what, Predicate<JsonNode> condition) {
    return client.await(what, NORTH, PATIENCE, condition);
  }

  /** Starts north's dead control node, and has it run its area again. */
  void repairNorth() {
    fleet.node("north-n1").process().start();
    fleet.awaitReady();
    // A node that is ready has yet to report itself to the others.
    await("north's node to be seen", area -> area.path("controlNodes").size() == 1);
  }

  void failBack() {
    ObjectNode reason = south.object().put("reason", "repaired");
    // Its entity may just be moving: an answer that did not come is asked for again.
    Awaitility.await("failing back")
        .atMost(PATIENCE)
        .until(() -> south.post(NORTH + ":failback", reason).isSuccess());
  }

  void awaitBeating() {
    guests.awaitBeating(vm);
  }

  void awaitBeatingSeenBy(FleetClient client) {
    new Guests(client).awaitBeating(vm);
  }

  /** It runs where it ran, under the grant of then, and no beat of it is missing. */
  void assertVmLeftAlone() {
    JsonNode after = south.vm(vm);
    assertThat(after.path("runEpoch")).isEqualTo(before.path("runEpoch"));
    assertThat(after.path("host")).isEqualTo(before.path("host"));
    assertThat(after.path("report").path("lost").asLong()).isZero();
  }

  // ---- what an area says

  static long epochOf(JsonNode area) {
    return area.path("areaEpoch").asLong();
  }

  static boolean isLent(JsonNode area) {
    return !lentCells(area).isEmpty();
  }

  static List<String> lentCells(JsonNode area) {
    return area.path("cells")
        .valueStream()
        .filter(cell -> !cell.path("managedBy").equals(area.path("managedBy")))
        .map(cell -> cell.path("id").asText())
        .toList();
  }

  /** Every cell and every host's agent is where the area wants it. */
  static boolean isSettled(JsonNode area) {
    return area.path("hostsToSwitch").asInt() == 0
        && area.path("hostsConnected").asInt() == area.path("hosts").size()
        && area.path("cells")
            .valueStream()
            .filter(cell -> cell.has("node"))
            .allMatch(TwoAreas::isRunByItsManager);
  }

  private static boolean isRunByItsManager(JsonNode cell) {
    return cell.path("node").asText().startsWith(cell.path("managedBy").asText() + "-n");
  }

  @Override
  public void close() {
    fleet.close();
  }
}
