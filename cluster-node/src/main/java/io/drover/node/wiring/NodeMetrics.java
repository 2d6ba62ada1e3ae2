package io.drover.node.wiring;

import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.area.NodeLoad;
import io.drover.actor.migration.MigrationObserver;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.node.board.Board;
import io.drover.node.board.OwnReport;
import io.drover.node.gateway.GatewayObserver;
import io.drover.node.journal.JournalTimes;
import io.drover.node.readside.ReadSide;
import io.drover.node.sharding.ClusterRoutes;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node counts, and logs in the same place: sessions, phases of migrations, commands. Safe on
 * any thread; never blocks.
 */
public final class NodeMetrics
    implements GatewayObserver,
        MigrationObserver,
        ClusterRoutes.Observer,
        JournalTimes.Observer,
        OwnReport.Commands,
        AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeMetrics.class);

  private static final double MEDIAN = 0.5;
  private static final double P99 = 0.99;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final AtomicInteger sessions = new AtomicInteger();
  private final Counter sessionsRefused;
  private final AtomicLong told = new AtomicLong();
  private final Timer answers;
  private final AreaGauges areas = new AreaGauges(registry);
  private final EventFigures events = new EventFigures(registry);
  private final String node;
  private volatile Board watched = new Board(Set::of, Duration.ZERO, System::nanoTime);
  private final JvmGcMetrics gc = new JvmGcMetrics();

  public NodeMetrics(String node, String area) {
    this.node = node;
    registry.config().commonTags("node", node, "area", area);
    registry.gauge("drover.agent.sessions", sessions);
    sessionsRefused = registry.counter("drover.agent.sessions.refused");
    answers = Timer.builder("drover.command.answers").publishPercentiles(P99).register(registry);
    registry.gauge("drover.node.hosts", this, m -> m.own(NodeLoad::hosts));
    registry.gauge("drover.node.vms", this, m -> m.own(NodeLoad::vms));
    registry.gauge("drover.node.host.limit", this, m -> m.own(NodeLoad::hostLimit));
    registry.gauge("drover.node.vm.limit", this, m -> m.own(NodeLoad::vmLimit));
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    gc.bindTo(registry);
  }

  /** From now on the figures of all areas, and this node's own load, are among these. */
  public void watch(Board board) {
    watched = board;
  }

  /** In the text format of Prometheus. */
  public String scrape() {
    areas.read(watched);
    return registry.scrape();
  }

  /** As this node reported it last; 0 before. */
  private double own(ToIntFunction<NodeLoad> figure) {
    return watched.nodes().stream()
        .filter(report -> report.node().equals(node))
        .mapToInt(report -> figure.applyAsInt(report.load()))
        .sum();
  }

  /** For the read side. */
  public ReadSide.Observer events() {
    return events;
  }

  @Override
  public void wrote(Duration took, boolean durable) {
    Timer.builder("drover.journal.writes")
        .tag("durable", Boolean.toString(durable))
        .publishPercentiles(MEDIAN, P99)
        .register(registry)
        .record(took);
  }

  /** An answer of the API begins; method and route as in its contract. */
  void served(String method, String route, int status, Duration took) {
    Timer.builder("drover.http.requests")
        .tag("method", method)
        .tag("route", route)
        .tag("status", Integer.toString(status))
        .publishPercentiles(MEDIAN, P99)
        .register(registry)
        .record(took);
  }

  @Override
  public void told(String entity, String command) {
    told.incrementAndGet();
    registry.counter("drover.commands", "entity", entity, "command", command).increment();
  }

  @Override
  public void answered(String entity, String command, Duration took, boolean answered) {
    told(entity, command);
    Timer.builder("drover.command.answer")
        .tag("entity", entity)
        .tag("command", command)
        .tag("answered", Boolean.toString(answered))
        .publishPercentiles(MEDIAN, P99)
        .register(registry)
        .record(took);
    if (answered) {
      answers.record(took);
    }
  }

  @Override
  public long told() {
    return told.get();
  }

  @Override
  public double p99Millis() {
    ValueAtPercentile[] values = answers.takeSnapshot().percentileValues();
    return values.length == 0 ? 0 : values[0].value(TimeUnit.MILLISECONDS);
  }

  @Override
  public double journalLagMillis() {
    return events.lagMillis();
  }

  @Override
  public void sessionOpened(HostId host) {
    sessions.incrementAndGet();
    LOG.atInfo().addKeyValue("host", host).log("agent session opened");
  }

  @Override
  public void sessionClosed(HostId host, String reason) {
    sessions.decrementAndGet();
    LOG.atInfo()
        .addKeyValue("host", host)
        .addKeyValue("reason", reason)
        .log("agent session closed");
  }

  @Override
  public void sessionRefused(String reason) {
    sessionsRefused.increment();
    LOG.atWarn().addKeyValue("reason", reason).log("agent session refused");
  }

  @Override
  public void entered(MigrationId migration, Phase phase, String reason) {
    registry
        .counter("drover.migration.phases", "phase", phase.name().toLowerCase(Locale.ROOT))
        .increment();
    LOG.atInfo()
        .addKeyValue("migration", migration)
        .addKeyValue("phase", phase)
        .addKeyValue("reason", reason)
        .log("migration entered phase");
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
