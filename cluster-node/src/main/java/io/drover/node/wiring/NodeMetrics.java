package io.drover.node.wiring;

import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.migration.MigrationObserver;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.node.gateway.GatewayObserver;
import io.drover.node.sharding.ClusterRoutes;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node counts, and logs in the same place: sessions, phases of migrations, commands. Safe on
 * any thread; never blocks.
 */
public final class NodeMetrics
    implements GatewayObserver, MigrationObserver, ClusterRoutes.Observer, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeMetrics.class);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final AtomicInteger sessions = new AtomicInteger();
  private final Counter sessionsRefused;
  private final JvmGcMetrics gc = new JvmGcMetrics();

  public NodeMetrics(String node, String area) {
    registry.config().commonTags("node", node, "area", area);
    registry.gauge("drover.agent.sessions", sessions);
    sessionsRefused = registry.counter("drover.agent.sessions.refused");
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    gc.bindTo(registry);
  }

  /** In the text format of Prometheus. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void told(String entity, String command) {
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
