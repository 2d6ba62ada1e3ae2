package io.drover.http.model;

import io.drover.actor.api.DrillView;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The drill of an area, and what it measured. */
public record DrillJson(
    String area,
    String operation,
    long version,
    String to,
    String phase,
    boolean over,
    String reason,
    Instant startedAt,
    Optional<Instant> endedAt,
    int hosts,
    WayJson there,
    WayJson home,
    int operationsAcknowledged,
    Optional<Integer> operationsLost) {
  private static final double MS_PER_SECOND = 1000;

  /** One of the two ways. */
  public record WayJson(
      Optional<Double> acceptingAfterSeconds, Optional<Double> allHostsAfterSeconds) {
    static WayJson from(DrillView.Way way) {
      return new WayJson(
          way.accepting().map(DrillJson::seconds), way.allHosts().map(DrillJson::seconds));
    }
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / MS_PER_SECOND;
  }

  public static DrillJson from(DrillView drill) {
    DrillView.Report report = drill.report();
    return new DrillJson(
        drill.area().name(),
        drill.operation().text(),
        drill.version(),
        drill.to().name(),
        drill.phase().name(),
        drill.phase().isOver(),
        drill.reason(),
        drill.startedAt(),
        drill.endedAt(),
        report.hosts(),
        WayJson.from(report.there()),
        WayJson.from(report.home()),
        report.operationsAcknowledged(),
        report.operationsLost());
  }
}
