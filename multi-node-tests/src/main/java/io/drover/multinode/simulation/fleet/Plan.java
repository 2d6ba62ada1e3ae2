package io.drover.multinode.simulation.fleet;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.agent.HostLossPolicy;
import io.drover.actor.agent.HostLossPolicy.OnHostLoss;
import io.drover.config.settings.AreaSettings;
import io.drover.config.settings.BindAddress;
import io.drover.config.settings.EntitySettings;
import io.drover.config.settings.FencingSettings;
import io.drover.config.settings.LeaseSettings;
import io.drover.config.settings.MigrationSettings;
import io.drover.config.settings.MoveSettings;
import io.drover.config.settings.SettingsFile;
import io.drover.config.settings.WorkloadBurstSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.ByteSize;
import io.drover.config.units.CellId;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How large a simulated fleet is.
 *
 * @param nodesPerArea control nodes
 * @param hostsPerArea machines with an agent
 * @param guestsPerHost that it has room for
 * @param powerSwitches whether hosts can be switched off
 */
public record Plan(
    List<AreaId> areas,
    int nodesPerArea,
    int hostsPerArea,
    int guestsPerHost,
    boolean powerSwitches) {
  /** Of each area. */
  static final int CELLS = 3;

  /** The one image there is. */
  static final String IMAGE = "record";

  static final Resources VM = new Resources(500, ByteSize.ofMib(64));

  /** As shipped, but for waits that would only make a run longer. */
  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              drover.entities {
                order-deadline = 6s # a VM leaves a host without a lease after it
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

  /** How long a host keeps its lease when nobody vouches for it any more. */
  public static Duration leaseTtl() {
    return LEASES.ttl();
  }

  /**
   * What a VM is made from.
   *
   * @param kept it stays on a host that has lost its lease
   */
  public GuestSpec vmSpec(boolean kept) {
    OnHostLoss policy = kept ? OnHostLoss.KEEP : OnHostLoss.RESTART;
    return new GuestSpec(IMAGE, VM, Map.of()).with(new HostLossPolicy(policy, 100));
  }

  Resources hostCapacity() {
    return new Resources(VM.cpuMillis() * guestsPerHost, ByteSize.ofMib(64L * guestsPerHost));
  }

  public List<String> nodesOf(AreaId area) {
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

  /** The id that a host has by its name. */
  public HostId hostId(String place) {
    AreaId area = areaOfHost(place);
    return new HostId(CellId.ofName(area, place, CELLS), place);
  }

  // ---- the network

  /** Where a node has its gateway, or a host its witness. */
  BindAddress addressOf(String place) {
    int node = nodes().indexOf(place);
    return node >= 0
        ? new BindAddress("10.0.0." + (1 + node), 7200)
        : new BindAddress("10.1.0." + (1 + hosts().indexOf(place)), 7300);
  }

  public String placeAt(BindAddress address) {
    return Stream.concat(nodes().stream(), hosts().stream())
        .filter(place -> addressOf(place).equals(address))
        .findFirst()
        .orElseThrow();
  }

  List<BindAddress> gatewaysFor(String host) {
    return nodesOf(areaOfHost(host)).stream().map(this::addressOf).toList();
  }

  /** Who runs an area when it has no node. */
  List<AreaId> backupsOf(AreaId area) {
    return areas.stream().filter(other -> !other.equals(area)).toList();
  }
}
