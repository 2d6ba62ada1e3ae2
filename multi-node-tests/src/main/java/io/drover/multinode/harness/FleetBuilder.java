package io.drover.multinode.harness;

import io.drover.config.units.ByteSize;
import io.drover.multinode.harness.Fleet.ControlNode;
import io.drover.multinode.network.Freezer;
import io.drover.multinode.network.Network;
import io.drover.multinode.network.Place;
import io.drover.multinode.network.Shim;
import io.drover.multinode.network.SmallDisk;
import io.drover.multinode.witness.EffectWitness;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Puts a planned fleet together, part by part. */
final class FleetBuilder {
  private static final String AGENT_HEAP = "256m";

  private final FleetPlan plan;
  private final Path directory;
  private final Network network;
  private final Fleet fleet;
  private final Map<String, List<String>> gateways = new LinkedHashMap<>();
  private Optional<Path> shimLibrary = Optional.empty();

  FleetBuilder(FleetPlan plan, Path directory, Network network) {
    this.plan = plan;
    this.directory = directory;
    this.network = network;
    this.fleet = new Fleet(network);
    fleet.endWithThisProcess();
  }

  void disturb() {
    shimLibrary = Shim.compile(directory.resolve("shim"));
  }

  void witness() {
    EffectWitness witness = EffectWitness.open(directory.resolve("effects.log"));
    plan.agentProperties.put(EffectWitness.PROPERTY, witness.file().toString());
    fleet.seenBy(witness);
  }

  void database(boolean isPostgresql) {
    if (isPostgresql) {
      PostgresServer server =
          PostgresServer.create(
              network.place("database", "database"), Ports.free(), directory.resolve("database"));
      preload(server);
      fleet.on(server);
    } else {
      fleet.on(Database.h2(directory.resolve("database")));
    }
  }

  /** Where one control node is to be found. */
  private record Address(
      String area, Place place, int cluster, int http, int gateway, boolean isSpare) {
    private String at(int port) {
      return place.address() + ":" + port;
    }
  }

  /** The spare ones come last in each area, and are not started. */
  void controlNodes(List<String> areas, int count, int spare) {
    List<Address> addresses = new ArrayList<>();
    for (String area : areas) {
      for (int i = 1; i <= count + spare; i++) {
        Place place = network.place(area, area + "-n" + i);
        Address address =
            new Address(area, place, Ports.free(), Ports.free(), Ports.free(), i > count);
        addresses.add(address);
        gateways.computeIfAbsent(area, _ -> new ArrayList<>()).add(address.at(address.gateway()));
      }
    }
    List<String> seeds = addresses.stream().map(a -> a.at(a.cluster())).toList();
    addresses.forEach(address -> addNode(address, seeds));
  }

  private void addNode(Address address, List<String> seeds) {
    Place place = address.place();
    Map<String, String> properties = new TreeMap<>();
    properties.put("drover.node.name", place.name());
    properties.put("drover.node.area", address.area());
    properties.put("drover.node.insecure-bind", Boolean.toString(network.canBreak()));
    for (String part : List.of("cluster", "http", "gateway")) {
      properties.put("drover.node." + part + ".host", place.address());
    }
    properties.put("drover.node.cluster.port", Integer.toString(address.cluster()));
    properties.put("drover.node.http.port", Integer.toString(address.http()));
    properties.put("drover.node.gateway.port", Integer.toString(address.gateway()));
    putList(properties, "drover.node.cluster.seed-nodes", seeds);
    putList(properties, "drover.node.backups", backupsOf(address.area()));
    fleet
        .databaseSettings()
        .forEach((key, value) -> properties.put("drover.node.database." + key, value));
    properties.putAll(plan.nodeProperties);
    JavaProcess process =
        JavaProcess.of(
            place, plan.nodeMain, plan.nodeHeap, () -> properties, log(place), plan.fullSpeed);
    preload(process);
    if (!address.isSpare()) {
      process.start();
    }
    URI api = URI.create("http://" + address.at(address.http()));
    fleet.add(new ControlNode(address.area(), process, api, address.gateway()));
  }

  /** Each area is backed up by those after it. */
  private List<String> backupsOf(String area) {
    List<String> areas = List.copyOf(gateways.keySet());
    return areas.subList(areas.indexOf(area) + 1, areas.size());
  }

  /** The spare ones come last in each area, and are not started. */
  void hosts(List<String> areas, int count, int spare, Optional<ByteSize> disk) {
    for (String area : areas) {
      for (int i = 1; i <= count + spare; i++) {
        JavaProcess agent = addHost(area, "h" + i, disk);
        if (i <= count) {
          agent.start();
        }
      }
    }
  }

  private JavaProcess addHost(String area, String host, Optional<ByteSize> diskSize) {
    String name = area + "-" + host;
    Place bare = network.place(area, name);
    Optional<Freezer> freezer = network.canBreak() ? Freezer.create(name) : Optional.empty();
    List<String> prefix = new ArrayList<>(freezer.map(Freezer::prefix).orElse(List.of()));
    prefix.addAll(bare.prefix());
    Place place = new Place(name, area, bare.address(), prefix);
    Path state = directory.resolve(name);
    Optional<SmallDisk> disk = diskSize.flatMap(size -> SmallDisk.mount(state, size));
    Map<String, String> properties = new TreeMap<>();
    properties.put("drover.agent.name", host);
    properties.put("drover.agent.area", area);
    properties.put("drover.agent.insecure-bind", Boolean.toString(network.canBreak()));
    properties.put("drover.agent.transfer.host", place.address());
    properties.put("drover.agent.witness.host", place.address());
    if (network.canBreak()) {
      properties.put("drover.transfer.profile", "lan");
    }
    properties.put("drover.agent.state-dir", state.toString());
    putList(properties, "drover.agent.control-endpoints", gatewaysOf(area));
    properties.putAll(plan.agentProperties);
    JavaProcess process =
        JavaProcess.of(
            place, plan.agentMain, AGENT_HEAP, () -> properties, log(place), plan.fullSpeed);
    preload(process);
    fleet.add(new HostMachine(area, process, state, freezer, disk));
    return process;
  }

  private List<String> gatewaysOf(String area) {
    return gateways.getOrDefault(area, List.of());
  }

  private Path log(Place place) {
    return directory.resolve(place.name() + ".log");
  }

  private void preload(FleetProcess process) {
    shimLibrary.ifPresent(library ->
        process.preload(Shim.of(library, directory.resolve("shim").resolve(process.name()))));
  }

  private static void putList(Map<String, String> properties, String key, List<String> values) {
    for (int i = 0; i < values.size(); i++) {
      properties.put(key + "." + i, values.get(i));
    }
  }

  Fleet started() {
    return fleet;
  }

  void giveUp() {
    fleet.close();
  }
}
