package io.drover.multinode.simulation.fleet;

import io.drover.actor.Routes;
import io.drover.actor.api.ControlPlane;
import io.drover.actor.area.Area;
import io.drover.actor.arming.Arming;
import io.drover.actor.host.Host;
import io.drover.actor.lease.LossLimits;
import io.drover.actor.migration.Migration;
import io.drover.actor.operation.KeyedRequest;
import io.drover.actor.operation.Operation;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.routing.RoutedPeers;
import io.drover.actor.routing.ShardedControlPlane;
import io.drover.actor.vm.Vm;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import io.drover.multinode.simulation.engine.Machine;
import io.drover.multinode.simulation.engine.World;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.InternalActorRef;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;

/**
 * One life of a control node: the shipped entities of the shards that it believes to have, and the
 * shipped facade. Its clock is wrong by a little.
 */
public final class ControlNode implements Routes {
  /** Sharding keeps a command for a shard that is on its way; not for ever. */
  private static final int HOP_LIMIT = 3;

  private static final Duration AREA_RETRY = Duration.ofSeconds(1);

  private final Fleet fleet;
  private final World world;
  private final Machine machine;
  private final InstantSource clock;
  private final RoutedPeers peers = new RoutedPeers(this);
  private final Map<String, String> view;
  private final Map<String, Integer> learned;
  private final Map<String, ActorRef<?>> entities = new HashMap<>();
  private final ControlPlane controlPlane;
  private final SimulatedWitness witness;
  private final NodeSight sight;

  ControlNode(Fleet fleet, Machine machine) {
    this.fleet = fleet;
    this.world = fleet.world();
    this.machine = machine;
    this.clock = () -> world.loop().instant().plus(fleet.clockError(machine.name()));
    this.sight = new NodeSight(fleet, machine);
    this.witness =
        new SimulatedWitness(
            fleet, machine, fleet.revocationsOf(machine.name()), this::monotonicNs);
    this.view = fleet.cells().homes();
    this.learned = fleet.cells().moves();
    this.controlPlane = new ShardedControlPlane(this, fleet::newId, sight, new NoImages(), clock);
    defineArea();
    fleet.cells().shards().stream().filter(this::isMine).forEach(this::startRemembered);
  }

  public Machine machine() {
    return machine;
  }

  /** What clients call, here. */
  public ControlPlane controlPlane() {
    return controlPlane;
  }

  NodeSight sight() {
    return sight;
  }

  SimulatedWitness witness() {
    return witness;
  }

  private void defineArea() {
    AreaId area = fleet.plan().areaOfNode(machine.name());
    this.<Area.Command, Area.Reply>ask(
            Area.TYPE_KEY,
            area.name(),
            r -> new Area.Request.Ensure(Plan.CELLS, fleet.plan().backupsOf(area), r))
        .whenComplete((_, failure) -> {
          if (failure != null) {
            world.loop().after(AREA_RETRY, () -> world.run(machine, this::defineArea));
          }
        });
  }

  // ---- shards

  private boolean isMine(String shard) {
    return machine.name().equals(view.get(shard));
  }

  /**
   * Hears that a shard has moved. What ran here of it ends, also when the shard is here again:
   * another node may have had it meanwhile.
   *
   * @param moves of the shard until now
   */
  void learn(String shard, String owner, int moves) {
    if (moves <= learned.getOrDefault(shard, 0)) {
      return;
    }
    learned.put(shard, moves);
    if (isMine(shard)) {
      entities.keySet().stream()
          .filter(key -> shardOfKey(key).equals(shard))
          .sorted()
          .toList()
          .forEach(this::stop);
    }
    view.put(shard, owner);
    if (isMine(shard)) {
      startRemembered(shard);
    }
  }

  private void stop(String key) {
    ActorRef<?> entity = entities.remove(key);
    if (entity != null) {
      World.stop(entity);
    }
  }

  private String shardOfKey(String key) {
    return fleet.cells().shardOf(key.substring(key.indexOf('|') + 1));
  }

  private void startRemembered(String shard) {
    for (String migration : fleet.cells().remembered(shard)) {
      ActorRef<?> _ = entity(Migration.TYPE_KEY, migration);
    }
  }

  // ---- messages

  @Override
  public <C> void tell(EntityTypeKey<C> type, String entityId, C command) {
    route(type, entityId, command, 0);
  }

  private <C> void route(EntityTypeKey<C> type, String entityId, C command, int hops) {
    String owner = view.getOrDefault(fleet.cells().shardOf(entityId), machine.name());
    if (owner.equals(machine.name())) {
      world.send(machine, machine, () -> deliver(type, entityId, command));
    } else if (hops < HOP_LIMIT) {
      fleet
          .node(owner)
          .ifPresent(node ->
              world.send(
                  machine, node.machine, () -> node.route(type, entityId, command, hops + 1)));
    }
  }

  @Override
  public <C, R> CompletionStage<R> ask(
      EntityTypeKey<C> type, String entityId, Function<ActorRef<R>, C> command) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    ActorRef<R> replyTo =
        world.spawn(machine, Ask.behavior(answer, Plan.ENTITIES.askTimeout()), "ask");
    tell(type, entityId, command.apply(replyTo));
    return answer;
  }

  private <C> void deliver(EntityTypeKey<C> type, String entityId, C command) {
    world.trace().note(machine + " " + entityId, command);
    entity(type, entityId).tell(command);
  }

  // ---- entities

  @SuppressWarnings("unchecked")
  private <C> ActorRef<C> entity(EntityTypeKey<C> type, String id) {
    String key = type.name() + "|" + id;
    ActorRef<?> known = entities.get(key);
    if (known != null && !hasEnded(known)) {
      return (ActorRef<C>) known;
    }
    if (known != null) {
      fleet.entityDied(key);
    }
    if (type.equals(Migration.TYPE_KEY)) {
      fleet.cells().remember(fleet.cells().shardOf(id), id);
    }
    ActorRef<C> started = world.spawn(machine, (Behavior<C>) behavior(type, id, key), key);
    entities.put(key, started);
    return started;
  }

  private static boolean hasEnded(ActorRef<?> entity) {
    return ((InternalActorRef) Adapter.toClassic(entity)).isTerminated();
  }

  private Behavior<?> behavior(EntityTypeKey<?> type, String id, String key) {
    PersistenceId persistenceId = PersistenceId.ofUniqueId(key);
    Runnable rest = () -> rest(key, id);
    return switch (type.name()) {
      case "area" ->
          Area.create(
              new AreaId(id),
              persistenceId,
              new Area.Ports(this, sight, Plan.AREAS, Plan.ENTITIES, clock));
      case "scheduler" ->
          Scheduler.create(
              new AreaId(id),
              new Scheduler.Ports(
                  this,
                  peers,
                  Plan.ENTITIES,
                  Plan.MOVES,
                  Plan.LEASES,
                  sight,
                  Plan.WORKLOAD_BURST,
                  sight,
                  clock));
      case "arming" -> Arming.create(new AreaId(id), persistenceId, this, Plan.ENTITIES, clock);
      case "host" ->
          Host.create(
              HostId.parse(id),
              persistenceId,
              new Host.Ports(peers, Plan.ENTITIES, clock, fencing()),
              rest::run);
      case "vm" ->
          Vm.create(
              VmId.parse(id),
              persistenceId,
              new Vm.Ports(this, peers, Plan.ENTITIES, Plan.WORKLOAD_BURST, clock, fleet::newId),
              rest::run);
      case "operation" -> Operation.create(persistenceId, clock);
      case "keyed-request" -> KeyedRequest.create(persistenceId, clock);
      case "migration" ->
          Migration.create(
              MigrationId.parse(id),
              persistenceId,
              new Migration.Ports(this, (_, _, _) -> {}, Plan.MIGRATIONS, Plan.ENTITIES, clock),
              rest);
      default -> throw new IllegalArgumentException(type.name());
    };
  }

  private Host.Fencing fencing() {
    return new Host.Fencing(
        Plan.LEASES,
        LossLimits.of(Plan.LEASES, Plan.FENCING, Plan.ENTITIES.heartbeatInterval()),
        new WitnessWays(fleet, machine),
        new SimulatedPower(fleet, machine),
        this::monotonicNs);
  }

  private long monotonicNs() {
    return world.loop().elapsed().toNanos();
  }

  /** As the shard does it when an entity asks to be passivated. */
  private void rest(String key, String id) {
    ActorRef<?> resting = entities.remove(key);
    if (resting != null) {
      fleet.cells().forget(fleet.cells().shardOf(id), id);
      World.stop(resting);
    }
  }
}
