package io.drover.actor.routing;

import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.moves;
import static io.drover.actor.Samples.settings;
import static io.drover.actor.Samples.workloadBurst;

import com.typesafe.config.ConfigFactory;
import io.drover.actor.Ids;
import io.drover.actor.Routes;
import io.drover.actor.Samples;
import io.drover.actor.agent.AgentReport.Hello;
import io.drover.actor.agent.AgentSession;
import io.drover.actor.agent.AgentSession.EndpointList;
import io.drover.actor.api.ControlPlane;
import io.drover.actor.area.Area;
import io.drover.actor.area.KnownFleet;
import io.drover.actor.arming.Arming;
import io.drover.actor.drain.Drain;
import io.drover.actor.drill.Drill;
import io.drover.actor.host.Host;
import io.drover.actor.lease.LossLimits;
import io.drover.actor.migration.Migration;
import io.drover.actor.operation.KeyedRequest;
import io.drover.actor.operation.Operation;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.vm.Vm;
import io.drover.config.settings.EntitySettings;
import io.drover.config.settings.FencingSettings;
import io.drover.config.settings.LeaseSettings;
import io.drover.config.settings.MigrationSettings;
import io.drover.config.settings.SettingsFile;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.journal.Tagged;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.WriteEvents;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.awaitility.Awaitility;

/**
 * All entities in one actor system without a cluster, over a journal in memory. Every message is
 * written and read on its way, as between nodes. Entities can be killed: the next message starts
 * them again from the journal.
 */
final class LocalFleet implements Routes, AutoCloseable {
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(8);
  private static final Duration LOOK = Duration.ofMillis(50);

  final ActorTestKit kit =
      ActorTestKit.create(
          PersistenceTestKitPlugin.getInstance()
              .config()
              .withFallback(
                  ConfigFactory.parseString(
                      "pekko.persistence.snapshot-store.plugin = \"pekko.persistence.snapshot-store.local\""))
              .withFallback(ConfigFactory.load()));
  final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
  final AtomicReference<Instant> now = new AtomicReference<>(NOW);
  final KnownFleet sight = new KnownFleet().node("n1", Samples.NORTH, 0);
  final ControlPlane controlPlane;
  final NoImages images = new NoImages();
  final AgentNetwork network = new AgentNetwork();
  private final Map<String, ActorRef<?>> entities = new ConcurrentHashMap<>();
  private final Serialization serialization =
      SerializationExtension.get(Adapter.toClassic(kit.system()));
  private final RoutedPeers peers = new RoutedPeers(this);
  final ScriptedWitnesses witnesses = new ScriptedWitnesses(now::get);
  final ScriptedPower power = new ScriptedPower();

  LocalFleet() {
    controlPlane = new ShardedControlPlane(this, Ids.random(), sight, images, now::get);
    define(Samples.NORTH);
  }

  /** An area with these backups, which are defined already. */
  void define(AreaId area, AreaId... backups) {
    this.<Area.Command, Area.Reply>ask(
            Area.TYPE_KEY, area.name(), r -> new Area.Request.Ensure(8, List.of(backups), r))
        .toCompletableFuture()
        .join();
  }

  /** As shipped, but nothing waits for the real time to pass. */
  private static EntitySettings settings() {
    return EntitySettings.from(
        ConfigFactory.parseString(
                "drover.entities { order-retry = 100ms, heartbeat-interval = 50ms }")
            .withFallback(SettingsFile.load(Optional.empty())));
  }

  private static LeaseSettings leases() {
    return LeaseSettings.from(
        ConfigFactory.parseString("drover.lease.witness-review = 1s")
            .withFallback(SettingsFile.load(Optional.empty())));
  }

  private static FencingSettings fencingSettings() {
    return FencingSettings.from(SettingsFile.load(Optional.empty()));
  }

  /** A host whose agent does what it is told. */
  HostId attach(String name) {
    return attach(name, new ScriptedAgent(network, name));
  }

  HostId attach(String name, ScriptedAgent agent) {
    return attach(Samples.NORTH, name, agent);
  }

  HostId attach(AreaId area, String name, ScriptedAgent agent) {
    Area.Reply reply =
        this.<Area.Command, Area.Reply>ask(
                Area.TYPE_KEY, area.name(), r -> new Area.Request.RegisterHost(name, r))
            .toCompletableFuture()
            .join();
    HostId host = ((Area.Reply.HostIs) reply).host();
    connect(host, agent, agent.hello());
    Awaitility.await().until(() -> isOffered(host));
    return host;
  }

  private boolean isOffered(HostId host) {
    Scheduler.Placement answer =
        this.<Scheduler.Command, Scheduler.Placement>ask(
                Scheduler.TYPE_KEY,
                host.area().name(),
                r ->
                    new Scheduler.Command.Explain(
                        Samples.SPEC, Optional.empty(), Optional.of(host), r))
            .toCompletableFuture()
            .join();
    return answer instanceof Scheduler.Placement.Placed;
  }

  /** A new session of this agent. */
  ActorRef<AgentSession> connect(HostId host, ScriptedAgent agent, Hello hello) {
    String sessionId = Ids.random().next();
    ActorRef<AgentSession> session =
        kit.spawn(
            agent.session(report ->
                tell(Host.TYPE_KEY, host.text(), new Host.Command.AgentSaid(sessionId, report))));
    agent.sessionId(sessionId);
    tell(
        Host.TYPE_KEY,
        host.text(),
        new Host.Command.AttachAgent(
            host, hello, new EndpointList(1, List.of("127.0.0.1:7200")), session, sessionId));
    return session;
  }

  void detach(HostId host, ScriptedAgent agent) {
    tell(Host.TYPE_KEY, host.text(), new Host.Command.DetachAgent(agent.sessionId()));
  }

  /** Kills an entity as the loss of its node would. */
  void kill(EntityTypeKey<?> type, String entityId) {
    ActorRef<?> ref = entities.remove(type.name() + "|" + entityId);
    if (ref != null) {
      kit.stop(ref);
    }
  }

  /** The next write of such an event fails: its entity begins anew without it. */
  void failNext(Class<?> event) {
    failNext("", event);
  }

  /**
   * The same, of this entity only.
   *
   * @return turns true when it has failed
   */
  AtomicBoolean failNext(EntityTypeKey<?> type, String entityId, Class<?> event) {
    return failNext(type.name() + "|" + entityId, event);
  }

  private AtomicBoolean failNext(String persistenceId, Class<?> event) {
    AtomicBoolean failed = new AtomicBoolean();
    journal.failNextNOpsCond(
        (id, operation) -> {
          boolean fails =
              id.endsWith(persistenceId)
                  && operation instanceof WriteEvents w
                  && w.getBatch().stream()
                      .anyMatch(e -> event.isInstance(e instanceof Tagged t ? t.payload() : e));
          failed.compareAndSet(false, fails);
          return fails;
        },
        1);
    return failed;
  }

  List<Object> events(EntityTypeKey<?> type, String entityId) {
    return journal.persistedInStorage(type.name() + "|" + entityId);
  }

  @Override
  public <C> void tell(EntityTypeKey<C> type, String entityId, C command) {
    entity(type, entityId).tell(travelled(command));
  }

  @Override
  public <C, R> CompletionStage<R> ask(
      EntityTypeKey<C> type, String entityId, Function<ActorRef<R>, C> command) {
    return AskPattern.ask(
        entity(type, entityId),
        replyTo -> travelled(command.apply(replyTo)),
        ANSWER_LIMIT,
        kit.scheduler());
  }

  @SuppressWarnings("unchecked")
  private <C> C travelled(C command) {
    byte[] bytes = serialization.serialize(command).get();
    int id = serialization.findSerializerFor(command).identifier();
    return (C) serialization.deserialize(bytes, id, command.getClass().getName()).get();
  }

  @SuppressWarnings("unchecked")
  private <C> ActorRef<C> entity(EntityTypeKey<C> type, String entityId) {
    return (ActorRef<C>)
        entities.computeIfAbsent(
            type.name() + "|" + entityId,
            key ->
                kit.spawn((Behavior<C>) behavior(type, entityId, PersistenceId.ofUniqueId(key))));
  }

  private Behavior<?> behavior(EntityTypeKey<?> type, String id, PersistenceId persistenceId) {
    return switch (type.name()) {
      case "area" ->
          Area.create(
              new AreaId(id),
              persistenceId,
              new Area.Ports(this, sight, Samples.areas(), settings(), now::get));
      case "scheduler" ->
          Scheduler.create(
              new AreaId(id),
              new Scheduler.Ports(
                  this,
                  peers,
                  settings(),
                  moves(),
                  leases(),
                  new NoBoard(),
                  workloadBurst(),
                  sight,
                  now::get));
      case "arming" -> Arming.create(new AreaId(id), persistenceId, this, settings(), now::get);
      case "host" ->
          Host.create(
              HostId.parse(id),
              persistenceId,
              new Host.Ports(
                  peers,
                  settings(),
                  now::get,
                  new Host.Fencing(
                      leases(),
                      LossLimits.of(leases(), fencingSettings(), LOOK),
                      witnesses,
                      power,
                      () -> Objects.requireNonNull(now.get()).toEpochMilli() * 1_000_000)),
              () -> {});
      case "vm" ->
          Vm.create(
              VmId.parse(id),
              persistenceId,
              new Vm.Ports(this, peers, settings(), workloadBurst(), now::get, Ids.random()),
              () -> {});
      case "drain" ->
          Drain.create(
              HostId.parse(id),
              persistenceId,
              new Drain.Ports(this, moves(), settings(), now::get),
              () -> {});
      case "drill" ->
          Drill.create(
              new AreaId(id),
              persistenceId,
              new Drill.Ports(this, sight, Samples.drills(), settings(), now::get),
              () -> {});
      case "operation" -> Operation.create(persistenceId, now::get);
      case "keyed-request" -> KeyedRequest.create(persistenceId, now::get);
      case "migration" ->
          Migration.create(
              MigrationId.parse(id),
              persistenceId,
              new Migration.Ports(
                  this,
                  (_, _, _) -> {},
                  MigrationSettings.from(SettingsFile.load(Optional.empty())),
                  settings(),
                  now::get),
              () -> {});
      default -> throw new AssertionError(type);
    };
  }

  @Override
  public void close() {
    kit.shutdownTestKit();
  }
}
