package io.drover.node;

import com.typesafe.config.Config;
import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.FleetViews;
import io.drover.actor.api.ImageStore;
import io.drover.actor.migration.MigrationObserver;
import io.drover.actor.serialization.EventSchema;
import io.drover.config.settings.BindAddress;
import io.drover.config.settings.NodeSettings;
import io.drover.config.units.AreaId;
import io.drover.http.ApiServer;
import io.drover.node.board.Board;
import io.drover.node.board.BoardKeeper;
import io.drover.node.board.NodeCensus;
import io.drover.node.board.OwnReport;
import io.drover.node.gateway.AgentGateway;
import io.drover.node.images.JdbcImageStore;
import io.drover.node.journal.JournalTimes;
import io.drover.node.membership.ClusterJoin;
import io.drover.node.membership.ClusterRoll;
import io.drover.node.readside.ReadSide;
import io.drover.node.sharding.ClusterNodes;
import io.drover.node.sharding.ClusterRoutes;
import io.drover.node.wiring.AreaStart;
import io.drover.node.wiring.Database;
import io.drover.node.wiring.FleetEntities;
import io.drover.node.wiring.FleetSettings;
import io.drover.node.wiring.FreePorts;
import io.drover.node.wiring.JdbcRevocations;
import io.drover.node.wiring.NodeMetrics;
import io.drover.node.wiring.NodeStartException;
import io.drover.node.wiring.PekkoConfig;
import io.drover.node.wiring.Readiness;
import io.drover.node.wiring.Readiness.Condition;
import io.drover.node.wiring.ThisNode;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.Cluster;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One control node in this JVM: a cluster member with its gateway, its API and its share of cells.
 */
public final class ControlNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlNode.class);

  /** An orderly stop takes below 3 s; a stuck one must not hang the process for ever. */
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private final ActorSystem<Void> system;
  private final Database database;
  private final NodeMetrics metrics;
  private final Readiness readiness;
  private final BindAddress gateway;
  private final BindAddress http;

  private ControlNode(
      ActorSystem<Void> system,
      Database database,
      NodeMetrics metrics,
      Readiness readiness,
      BindAddress gateway,
      BindAddress http) {
    this.system = system;
    this.database = database;
    this.metrics = metrics;
    this.readiness = readiness;
    this.gateway = gateway;
    this.http = http;
  }

  /**
   * Starts a node and returns when it listens; it is ready a little later. Blocks.
   *
   * @param root from {@link io.drover.config.settings.SettingsFile}
   * @throws NodeStartException saying what is in the way and which key to change
   * @throws io.drover.config.settings.SettingsException naming the key
   */
  public static ControlNode start(Config root) {
    return start(FleetSettings.from(root), (_, _, _) -> {});
  }

  /**
   * As above.
   *
   * @param observer also told of the phases of migrations whose entity runs here
   */
  public static ControlNode start(FleetSettings settings, MigrationObserver observer) {
    NodeSettings node = settings.node();
    warnOfInsecureBind(node);
    Database database = Database.open(node.database(), EventSchema.VERSION);
    NodeMetrics metrics = new NodeMetrics(node.name(), node.area().name());
    ActorSystem<Void> system;
    try {
      FreePorts.require(node);
      system = ActorSystem.create(Behaviors.empty(), PekkoConfig.SYSTEM_NAME, PekkoConfig.of(node));
    } catch (NodeStartException e) {
      metrics.close();
      database.close();
      throw e;
    } catch (
        Exception e) { // Scala throws checked ones undeclared: TimeoutException of the transport
      metrics.close();
      database.close();
      throw new NodeStartException("the cluster transport did not start: " + e, e);
    }
    try {
      return start(settings, system, database, metrics, observer);
    } catch (RuntimeException e) {
      stop(system);
      metrics.close();
      database.close();
      throw e;
    }
  }

  private static ControlNode start(
      FleetSettings settings,
      ActorSystem<Void> system,
      Database database,
      NodeMetrics metrics,
      MigrationObserver observer) {
    NodeSettings node = settings.node();
    Readiness readiness = new Readiness();
    Cluster cluster = Cluster.get(Adapter.toClassic(system));
    ClusterRoll roll = new ClusterRoll(cluster.selfAddress().hostPort());
    database.watch(readiness, roll);
    ClusterRoutes routes = new ClusterRoutes(system, settings.entities().askTimeout(), metrics);
    ImageStore images = JdbcImageStore.start(system, database.dataSource(), settings.images());
    ClusterNodes members = new ClusterNodes(system);
    Board board = new Board(members::up, settings.areas().staleAfter(), System::nanoTime);
    metrics.watch(board);
    JournalTimes.of(system).tell(metrics);
    NodeCensus census = new NodeCensus();
    ControlPlane controlPlane =
        FleetEntities.start(system, routes, settings, images, metrics.and(observer), board, census);
    ReadSide.startProjection(system, database.dataSource(), metrics.events());
    FleetViews views =
        ReadSide.views(
            system, database.dataSource(), controlPlane, images, () -> areas(members, board));
    AgentGateway gateway =
        openGateway(system, node, routes, images, database, board, census, metrics);
    system.systemActorOf(
        BoardKeeper.create(
            board,
            new OwnReport(node, gateway.advertised().toString(), census, metrics, System::nanoTime),
            settings.areas().tick()),
        "board",
        Props.empty());
    readiness.met(Condition.GATEWAY);
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseBeforeServiceUnbind(),
            "close-gateway",
            () -> {
              gateway.close();
              return CompletableFuture.completedStage(Done.done());
            });
    BindAddress http =
        bindHttp(
            system,
            new ApiServer.Ports(
                controlPlane, views, images, new ThisNode(node, readiness, metrics)),
            node);
    cluster.registerOnMemberUp(() -> {
      readiness.met(Condition.CLUSTER);
      new AreaStart(system, routes, node, readiness).begin();
    });
    cluster.registerOnMemberRemoved(
        () -> readiness.unmet(Condition.CLUSTER, "not a member any more"));
    ClusterJoin.begin(cluster, roll, database.dataSource(), PekkoConfig.seedNodes(node));
    LOG.atInfo()
        .addKeyValue("node", node.name())
        .addKeyValue("http", http)
        .addKeyValue("gateway", gateway.address())
        .addKeyValue("cluster", cluster.selfAddress())
        .log("control node listens");
    return new ControlNode(system, database, metrics, readiness, gateway.address(), http);
  }

  /** Whether it takes requests now. */
  public boolean ready() {
    return readiness.isReady();
  }

  /** What it still waits for, for people. */
  public Optional<String> waitsFor() {
    return readiness.firstMissing();
  }

  /** Where the API listens. */
  public BindAddress http() {
    return http;
  }

  /** Where agents open their sessions. */
  public BindAddress gateway() {
    return gateway;
  }

  /** Where other nodes join, for {@code seed-nodes}. */
  public BindAddress cluster() {
    var address = Cluster.get(Adapter.toClassic(system)).selfAddress();
    return new BindAddress(address.getHost().orElseThrow(), address.getPort().orElseThrow());
  }

  /** Completes when the node has stopped, for whatever reason. */
  public CompletionStage<Done> whenStopped() {
    return system.getWhenTerminated();
  }

  /** Leaves the cluster in order, and stops. Blocks; repeatable. */
  @Override
  public void close() {
    stop(system);
    metrics.close();
    database.close();
  }

  private static void stop(ActorSystem<Void> system) {
    CoordinatedShutdown.get(system)
        .runAll(CoordinatedShutdown.actorSystemTerminateReason())
        .toCompletableFuture()
        .orTimeout(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(failure -> {
          LOG.atWarn().setCause(failure).log("control node did not stop in order");
          return Done.done();
        })
        .join();
  }

  private static AgentGateway openGateway(
      ActorSystem<Void> system,
      NodeSettings node,
      ClusterRoutes routes,
      ImageStore images,
      Database database,
      Board board,
      NodeCensus census,
      NodeMetrics metrics) {
    try {
      var revocations = new JdbcRevocations(database.dataSource(), node.name());
      return AgentGateway.start(system, node, routes, images, revocations, board, census, metrics);
    } catch (IOException e) {
      throw NodeStartException.cannotListen("gateway", node.gateway(), e);
    }
  }

  private static BindAddress bindHttp(
      ActorSystem<Void> system, ApiServer.Ports ports, NodeSettings node) {
    BindAddress wanted = node.http();
    try {
      return ApiServer.bind(system, ports, wanted.host(), wanted.port())
          .thenApply(binding -> new BindAddress(wanted.host(), binding.localAddress().getPort()))
          .toCompletableFuture()
          .join();
    } catch (CompletionException e) {
      throw NodeStartException.cannotListen("http", wanted, e);
    }
  }

  private static void warnOfInsecureBind(NodeSettings node) {
    if (node.insecureBind()) {
      LOG.warn(
          "insecure-bind: whoever reaches {}, {} or {} controls the fleet; there is no authentication yet",
          node.http(),
          node.gateway(),
          node.cluster());
    }
  }

  private static Set<AreaId> areas(ClusterNodes members, Board board) {
    Set<AreaId> areas = new HashSet<>(members.areas());
    board.managements().forEach(management -> areas.add(management.area()));
    return areas;
  }
}
