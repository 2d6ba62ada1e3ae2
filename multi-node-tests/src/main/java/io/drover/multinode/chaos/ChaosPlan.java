package io.drover.multinode.chaos;

import io.drover.config.units.ByteSize;
import io.drover.config.units.Resources;
import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.FleetPlan;
import io.drover.multinode.nemesis.FaultKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * What a chaos run is made of.
 *
 * @param controlNodes per area
 * @param hosts per area
 * @param length of the time with faults
 */
public record ChaosPlan(
    long seed, Duration length, int areas, int controlNodes, int hosts, Set<FaultKind> kinds) {
  static final Resources VM = new Resources(250, new ByteSize(2L << 20));
  static final int VMS_PER_HOST = 6;
  static final int SLOTS = 6;
  static final int CLIENTS = 4;

  /** Of an agent's state, which is a few KiB. */
  private static final ByteSize AGENT_DISK = new ByteSize(8L << 20);

  public ChaosPlan {
    kinds = Set.copyOf(kinds);
  }

  /** A fleet in which everything can go wrong that this machine allows. */
  Fleet start(Path directory) {
    FleetPlan plan =
        Fleet.aFleet()
            .areas(areas)
            .controlNodes(controlNodes)
            .hosts(hosts)
            .onPostgresql()
            .inNamespaces()
            .disturbed()
            .witnessed()
            .agentDisk(AGENT_DISK);
    plan.agentProperty(
            "drover.agent.capacity.cpu-millis", Integer.toString(VMS_PER_HOST * VM.cpuMillis()))
        .agentProperty("drover.agent.capacity.memory", VMS_PER_HOST * VM.memory().bytes() + "B");
    // Guests die with every killed agent; more often than that, something is wrong with them.
    plan.nodeProperty("drover.entities.restart-limit", "20")
        .nodeProperty("drover.entities.leak-check-interval", "5s")
        .nodeProperty("drover.migration.outage-budget", "3s")
        .nodeProperty("drover.migration.prepare-deadline", "10s")
        .nodeProperty("drover.migration.queue-timeout", "20s")
        .nodeProperty("drover.migration.verify-deadline", "10s")
        .nodeProperty("drover.migration.clean-deadline", "4s")
        .nodeProperty("drover.migration.recheck-interval", "5s")
        .nodeProperty("drover.migration.target-backoff", "2s");
    return plan.start(directory);
  }
}
