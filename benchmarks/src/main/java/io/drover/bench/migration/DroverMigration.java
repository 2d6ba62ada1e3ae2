package io.drover.bench.migration;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.bench.report.Report;
import io.drover.multinode.fault.HoldPoint;
import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.LiveProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.awaitility.Awaitility;

/** A Linux guest in a fleet, migrated through the HTTP API; a new one each time. */
final class DroverMigration {
  private static final Duration HOLD_LIMIT = Duration.ofMinutes(1);

  /**
   * Where the blackout does not count. A slow one, such as the first or one that was held, lets the
   * source predict slow ones and refuse the default limit; it learns only from those it makes.
   */
  private static final Map<String, Long> PATIENT = Map.of("downtimeLimitMs", 5000L);

  private static final String IMAGE = "linux";

  private final FleetVms vms;
  private final long memoryBytes;
  private final Map<String, String> load;
  private Optional<QemuArguments> machine = Optional.empty();
  private int guests;

  DroverMigration(Fleet fleet, Report report, long memoryBytes, Map<String, String> load) {
    this.vms = new FleetVms(fleet.anyClient(), report);
    this.memoryBytes = memoryBytes;
    this.load = load;
  }

  /** A migration with its times, and what the API tells of it. */
  record Timed(MovedGuest guest, JsonNode migration) {}

  /** The QEMU command line that the last timed guest had at its source. */
  QemuArguments machine() {
    return machine.orElseThrow();
  }

  /** Boots a guest, migrates it, and asks it what it noticed. Empty when it was not moved. */
  Optional<Timed> timed() {
    return timed(Map.of());
  }

  /** Not to be counted: warms the fleet up, and what it predicts. */
  void warmUp() {
    var _ = timed(PATIENT);
  }

  private Optional<Timed> timed(Map<String, Long> limits) {
    String vm = create();
    try {
      GuestReport before = GuestReport.awaitSettled(() -> report(vm));
      machine = Optional.of(processes(vm).getFirst());
      JsonNode migration = vms.migrate(vm, "h2", limits);
      if (!FleetVms.isCompleted(migration)) {
        return Optional.empty();
      }
      JsonNode figures = migration.path("figures");
      JsonNode downtimes = figures.path("downtimes");
      MovedGuest guest =
          new MovedGuest(
              figures.path("totalUs").asDouble() / 1000,
              downtimes.path("vcpuUs").asDouble() / 1000,
              downtimes.path("hypervisorUs").asDouble() / 1000,
              before,
              GuestReport.awaitNoticed(() -> report(vm)));
      return Optional.of(new Timed(guest, migration));
    } finally {
      vms.delete(vm);
    }
  }

  /**
   * Pages that differ in the moment before the target runs, the grant being on its disk already.
   *
   * @param hold where the fleet's agents stop
   * @return empty when the migration ended before that
   */
  OptionalLong differingPages(HoldPoint hold) throws IOException {
    String vm = create();
    try {
      GuestReport.awaitSettled(() -> report(vm));
      hold.arm("ACTIVATING");
      String id = vms.request(vm, "h2", PATIENT);
      Awaitility.await("the target about to run " + vm)
          .atMost(HOLD_LIMIT)
          .until(() -> hold.isHolding() || vms.isOver(id));
      if (!hold.isHolding()) {
        vms.awaitEnd(id);
        return OptionalLong.empty();
      }
      List<QemuArguments> both = processes(vm);
      if (both.size() != 2) {
        throw new IllegalStateException(vm + " has not two QEMU processes: " + both);
      }
      long differing = RamComparison.differingPages(both.getFirst().ram(), both.getLast().ram());
      hold.release();
      vms.awaitEnd(id);
      return OptionalLong.of(differing);
    } finally {
      hold.release();
      vms.delete(vm);
    }
  }

  private String create() {
    return vms.create("linux-" + ++guests, IMAGE, "h1", memoryBytes, load);
  }

  private Optional<GuestReport> report(String vm) {
    Map<String, String> said = new TreeMap<>();
    vms.show(vm)
        .path("report")
        .properties()
        .forEach(entry -> said.put(entry.getKey(), entry.getValue().asText()));
    return GuestReport.of(said);
  }

  private static List<QemuArguments> processes(String vm) {
    return LiveProcess.mentioning(vm).stream()
        .filter(LiveProcess::isQemu)
        .map(process -> new QemuArguments(process.arguments()))
        .toList();
  }
}
