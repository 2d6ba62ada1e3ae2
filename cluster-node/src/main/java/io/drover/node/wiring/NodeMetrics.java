package io.drover.node.wiring;

import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.area.AreaViews;
import io.drover.actor.migration.MigrationObserver;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.node.board.Board;
import io.drover.node.board.OwnReport;
import io.drover.node.gateway.GatewayObserver;
import io.drover.node.sharding.ClusterRoutes;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
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
import java.util.stream.Collectors;
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
        OwnReport.Commands,
        AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeMetrics.class);

  private static final double P99 = 0.99;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final AtomicInteger sessions = new AtomicInteger();
  private final Counter sessionsRefused;
  private final AtomicLong told = new AtomicLong();
  private final Timer answers;
  private final MultiGauge alarms;
  private volatile double journalLagMillis;
  private volatile Board watched = new Board(Set::of, Duration.ZERO, System::nanoTime);
  private final JvmGcMetrics gc = new JvmGcMetrics();

  public NodeMetrics(String node, String area) {
    registry.config().commonTags("node", node, "area", area);
    registry.gauge("drover.agent.sessions", sessions);
    sessionsRefused = registry.counter("drover.agent.sessions.refused");
    alarms = MultiGauge.builder("drover.area.alarms").register(registry);
    answers = Timer.builder("drover.command.answers").publishPercentiles(P99).register(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    gc.bindTo(registry);
  }

  /** From now on the alarms of all areas are among the figures: 1 each, by area and kind. */
  public void watch(Board board) {
    watched = board;
  }

  /** In the text format of Prometheus. */
  public String scrape() {
    alarms.register(
        watched.managements().stream()
            .flatMap(area ->
                AreaViews.alarms(area, watched).stream()
                    .map(alarm ->
                        MultiGauge.Row.of(
                            Tags.of("alarmed", area.area().name(), "kind", alarm.kind()), 1)))
            .collect(Collectors.toList()),
        true);
    return registry.scrape();
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
        .publishPercentiles(0.5, 0.99)
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

  /** The read side has come to an event of that age. */
  public void projected(Duration age) {
    journalLagMillis = age.toMillis();
  }

  @Override
  public double journalLagMillis() {
    return journalLagMillis;
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
