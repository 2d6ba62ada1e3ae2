package io.drover.multinode.simulation.fleet;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.drover.actor.agent.GuestSpec;
import io.drover.config.settings.AreaSettings;
import io.drover.config.settings.EntitySettings;
import io.drover.config.settings.FencingSettings;
import io.drover.config.settings.LeaseSettings;
import io.drover.config.settings.MigrationSettings;
import io.drover.config.settings.MoveSettings;
import io.drover.config.settings.SettingsFile;
import io.drover.config.settings.WorkloadBurstSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Resources;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How large a simulated fleet is.
 *
 * @param nodesPerArea control nodes
 * @param hostsPerArea machines with an agent
 * @param guestsPerHost that it has room for
 */
public record Plan(List<AreaId> areas, int nodesPerArea, int hostsPerArea, int guestsPerHost) {
  /** Of each area. */
  static final int CELLS = 3;

  /** The one image there is. */
  static final String IMAGE = "record";

  static final Resources VM = new Resources(500, ByteSize.ofMib(64));

  /** As shipped, but for waits that would only make a run longer. */
  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              drover.lease.enabled = false # not simulated yet
              drover.entities {
                leak-check-interval = 40s # longer than an order may take
                snapshot-every = 8
                rest-after = 45s
              }
              drover.migration {
                round-deadline = 40s
                answer-deadline = 20s
                queue-timeout = 60s
                prepare-deadline = 20s
                recheck-interval = 10s
                clean-kept = 5m
                rest-after = 30s
              }
              """)
          .withFallback(SettingsFile.load(Optional.empty()))
          .resolve();

  static final AreaSettings AREAS = AreaSettings.from(CONFIG);
  static final LeaseSettings LEASES = LeaseSettings.from(CONFIG);
  static final FencingSettings FENCING = FencingSettings.from(CONFIG);
  static final MoveSettings MOVES = MoveSettings.from(CONFIG);
  static final WorkloadBurstSettings WORKLOAD_BURST = WorkloadBurstSettings.from(CONFIG);
  static final EntitySettings ENTITIES = EntitySettings.from(CONFIG);
  static final MigrationSettings MIGRATIONS = MigrationSettings.from(CONFIG);

  public Plan {
    areas = List.copyOf(areas);
  }

  /** What every VM is made from. */
  public GuestSpec vmSpec() {
    return new GuestSpec(IMAGE, VM, Map.of());
  }

  Resources hostCapacity() {
    return new Resources(VM.cpuMillis() * guestsPerHost, ByteSize.ofMib(64L * guestsPerHost));
  }

  List<String> nodesOf(AreaId area) {
    return IntStream.rangeClosed(1, nodesPerArea).mapToObj(i -> area.name() + "-n" + i).toList();
  }

  public List<String> nodes() {
    return areas.stream().flatMap(a -> nodesOf(a).stream()).toList();
  }

  List<String> hostsOf(AreaId area) {
    return IntStream.rangeClosed(1, hostsPerArea)
        .mapToObj(i -> area.name().charAt(0) + "h" + i)
        .toList();
  }

  public List<String> hosts() {
    return areas.stream().flatMap(a -> hostsOf(a).stream()).toList();
  }

  AreaId areaOfHost(String host) {
    return areas.stream().filter(a -> hostsOf(a).contains(host)).findFirst().orElseThrow();
  }

  AreaId areaOfNode(String node) {
    return areas.stream().filter(a -> nodesOf(a).contains(node)).findFirst().orElseThrow();
  }

  /** Who may run a shard when its node is gone: nodes of its area, else of the next. */
  List<String> successors(String shard, Predicate<String> isUp) {
    AreaId own = areas.stream().filter(a -> shard.startsWith(a.name())).findFirst().orElseThrow();
    return Stream.concat(Stream.of(own), areas.stream().filter(a -> !a.equals(own)))
        .map(a -> nodesOf(a).stream().filter(isUp).toList())
        .filter(up -> !up.isEmpty())
        .findFirst()
        .orElse(List.of());
  }
}
