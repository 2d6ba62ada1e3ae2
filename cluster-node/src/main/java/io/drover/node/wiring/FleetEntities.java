package io.drover.node.wiring;

import io.drover.actor.Ids;
import io.drover.actor.Routes;
import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.ImageStore;
import io.drover.actor.area.Area;
import io.drover.actor.arming.Arming;
import io.drover.actor.drain.Drain;
import io.drover.actor.drill.Drill;
import io.drover.actor.host.Host;
import io.drover.actor.lease.LossLimits;
import io.drover.actor.migration.Migration;
import io.drover.actor.migration.MigrationObserver;
import io.drover.actor.operation.KeyedRequest;
import io.drover.actor.operation.Operation;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.routing.RoutedPeers;
import io.drover.actor.routing.ShardedControlPlane;
import io.drover.actor.vm.Vm;
import io.drover.config.settings.EntitySettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import io.drover.node.board.Board;
import io.drover.node.board.CountedEntity;
import io.drover.node.board.NodeCensus;
import io.drover.node.fencing.FenceCommands;
import io.drover.node.gateway.GrpcWitnesses;
import io.drover.node.sharding.CellAllocation;
import io.drover.node.sharding.CellOfEntity;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityContext;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.persistence.typed.PersistenceId;

/** Starts the shard regions of every kind of entity, each cell on a node of its area. */
public final class FleetEntities {
  /** What blackouts are measured in, by agents too. */
  private static final Duration CLOCK_TICK = ChronoUnit.MICROS.getDuration();

  private final ActorSystem<?> system;
  private final Routes routes;
  private final FleetSettings settings;
  private final MigrationObserver observer;
  private final Board board;
  private final NodeCensus census;
  private final InstantSource clock = Clock.tick(Clock.systemUTC(), CLOCK_TICK);
  private final RoutedPeers peers;

  private FleetEntities(
      ActorSystem<?> system,
      Routes routes,
      FleetSettings settings,
      MigrationObserver observer,
      Board board,
      NodeCensus census) {
    this.system = system;
    this.routes = routes;
    this.settings = settings;
    this.observer = observer;
    this.board = board;
    this.census = census;
    this.peers = new RoutedPeers(routes);
  }

  /** Starts them all, and returns the way to them. The same call on every node. */
  public static ControlPlane start(
      ActorSystem<?> system,
      Routes routes,
      FleetSettings settings,
      ImageStore images,
      MigrationObserver observer,
      Board board,
      NodeCensus census) {
    FleetEntities entities = new FleetEntities(system, routes, settings, observer, board, census);
    entities.startRegions();
    return new ShardedControlPlane(routes, Ids.random(), board, images, entities.clock);
  }

  private void startRegions() {
    EntitySettings limits = settings.entities();
    Area.Ports ofAreas = new Area.Ports(routes, board, settings.areas(), limits, clock);
    remembered(
        Area.TYPE_KEY,
        entity -> Area.create(new AreaId(entity.getEntityId()), persistenceId(entity), ofAreas));
    region(
        Scheduler.TYPE_KEY,
        entity ->
            Scheduler.create(
                new AreaId(entity.getEntityId()),
                new Scheduler.Ports(
                    routes,
                    peers,
                    limits,
                    settings.moves(),
                    settings.leases(),
                    board,
                    settings.workloadBurst(),
                    board,
                    clock)));
    region(
        Arming.TYPE_KEY,
        entity ->
            Arming.create(
                new AreaId(entity.getEntityId()), persistenceId(entity), routes, limits, clock));
    Host.Ports hostPorts = new Host.Ports(peers, limits, clock, fencing());
    region(
        Host.TYPE_KEY,
        entity -> {
          HostId host = HostId.parse(entity.getEntityId());
          return resting(
              entity,
              rest ->
                  CountedEntity.of(
                      Host.Command.class,
                      census.place(NodeCensus.Kind.HOST, host.cell(), rest),
                      memory -> Host.create(host, persistenceId(entity), hostPorts, memory)));
        });
    Vm.Ports ports =
        new Vm.Ports(routes, peers, limits, settings.workloadBurst(), clock, Ids.random());
    region(
        Vm.TYPE_KEY,
        entity -> {
          VmId vm = VmId.parse(entity.getEntityId());
          return resting(
              entity,
              rest ->
                  CountedEntity.of(
                      Vm.Command.class,
                      census.place(NodeCensus.Kind.VM, vm.cell(), rest),
                      memory -> Vm.create(vm, persistenceId(entity), ports, memory)));
        });
    answeringRegion(Operation.TYPE_KEY, entity -> Operation.create(persistenceId(entity), clock));
    answeringRegion(
        KeyedRequest.TYPE_KEY, entity -> KeyedRequest.create(persistenceId(entity), clock));
    remembered(Migration.TYPE_KEY, this::migration);
    Drain.Ports drains = new Drain.Ports(routes, settings.moves(), limits, clock);
    remembered(
        Drain.TYPE_KEY,
        entity ->
            resting(
                entity,
                rest ->
                    Drain.create(
                        HostId.parse(entity.getEntityId()), persistenceId(entity), drains, rest)));
    Drill.Ports drills = new Drill.Ports(routes, board, settings.drills(), limits, clock);
    remembered(
        Drill.TYPE_KEY,
        entity ->
            resting(
                entity,
                rest ->
                    Drill.create(
                        new AreaId(entity.getEntityId()), persistenceId(entity), drills, rest)));
  }

  /** Started again by themselves wherever their shard goes, also after a restart of all nodes. */
  private <C> void remembered(
      EntityTypeKey<C> type, Function<EntityContext<C>, Behavior<C>> behavior) {
    ClusterSharding.get(system)
        .init(
            entity(type, behavior)
                .withSettings(ClusterShardingSettings.create(system).withRememberEntities(true)));
  }

  private Host.Fencing fencing() {
    GrpcWitnesses witnesses = new GrpcWitnesses(settings.leases().witnessTimeout());
    FenceCommands power = new FenceCommands(settings.fencing(), System::nanoTime);
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
            "stop-fencing",
            () -> {
              witnesses.close();
              power.close();
              return CompletableFuture.completedStage(Done.done());
            });
    return new Host.Fencing(
        settings.leases(),
        LossLimits.of(
            settings.leases(), settings.fencing(), settings.entities().heartbeatInterval()),
        witnesses,
        power,
        System::nanoTime);
  }

  private Behavior<Migration.Command> migration(EntityContext<Migration.Command> entity) {
    Migration.Ports ports =
        new Migration.Ports(routes, observer, settings.migrations(), settings.entities(), clock);
    return resting(
        entity,
        rest ->
            Migration.create(
                MigrationId.parse(entity.getEntityId()), persistenceId(entity), ports, rest));
  }

  /** An entity that says itself when it need not stay in memory. */
  private static <C> Behavior<C> resting(
      EntityContext<C> entity, Function<Runnable, Behavior<C>> behavior) {
    return Behaviors.setup(context ->
        behavior.apply(
            () -> entity.getShard().tell(new ClusterSharding.Passivate<>(context.getSelf()))));
  }

  /** Of entities that only ever answer: they may leave memory whenever nobody asks. */
  private <C> void answeringRegion(
      EntityTypeKey<C> type, Function<EntityContext<C>, Behavior<C>> behavior) {
    ClusterShardingSettings sharding = ClusterShardingSettings.create(system);
    ClusterSharding.get(system)
        .init(
            entity(type, behavior)
                .withSettings(
                    sharding.withPassivationStrategy(
                        sharding
                            .passivationStrategySettings()
                            .withIdleEntityPassivation(settings.entities().restAfter()))));
  }

  private <C> void region(EntityTypeKey<C> type, Function<EntityContext<C>, Behavior<C>> behavior) {
    ClusterSharding.get(system).init(entity(type, behavior));
  }

  private <C> Entity<C, ?> entity(
      EntityTypeKey<C> type, Function<EntityContext<C>, Behavior<C>> behavior) {
    return Entity.of(type, behavior)
        .withMessageExtractor(new CellOfEntity<C>())
        .withAllocationStrategy(CellAllocation.of(Adapter.toClassic(system), board));
  }

  private static PersistenceId persistenceId(EntityContext<?> entity) {
    return PersistenceId.of(entity.getEntityTypeKey().name(), entity.getEntityId());
  }
}
