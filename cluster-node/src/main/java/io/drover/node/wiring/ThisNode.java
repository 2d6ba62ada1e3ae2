package io.drover.node.wiring;

import io.drover.config.settings.NodeSettings;
import io.drover.http.node.LocalNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** This node, as its API shows it. Safe on any thread; never blocks. */
public final class ThisNode implements LocalNode {
  private final NodeSettings settings;
  private final Readiness readiness;
  private final NodeMetrics metrics;

  public ThisNode(NodeSettings settings, Readiness readiness, NodeMetrics metrics) {
    this.settings = settings;
    this.readiness = readiness;
    this.metrics = metrics;
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public String area() {
    return settings.area().name();
  }

  @Override
  public String version() {
    return Optional.ofNullable(ThisNode.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  @Override
  public List<Check> readiness() {
    return readiness.checks();
  }

  @Override
  public String metrics() {
    return metrics.scrape();
  }

  @Override
  public LocalNode.RequestClasses requestClasses() {
    return RequestClassTable.published();
  }

  @Override
  public void answered(String method, String route, int status, Duration took) {
    metrics.served(method, route, status, took);
  }
}
