package io.drover.node.wiring;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.MigrationView;
import io.drover.actor.area.Area;
import io.drover.actor.host.Host;
import io.drover.config.units.HostId;
import io.drover.node.readside.ReadSide;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;

/**
 * What the fleet has decided, counted by the node where the read side runs, as that reads the
 * journal: each event once, but for those of a group that had to be read again. The tag {@code of}
 * is the area that an event is about. Called on the projection's thread.
 */
final class EventFigures implements ReadSide.Observer {
  private static final double MILLIS_PER_SECOND = 1000.0;

  private final MeterRegistry registry;
  private volatile double lagMillis;

  EventFigures(MeterRegistry registry) {
    this.registry = registry;
    registry.gauge("drover.readside.lag.seconds", this, f -> f.lagMillis / MILLIS_PER_SECOND);
  }

  double lagMillis() {
    return lagMillis;
  }

  @Override
  public void caughtUp(Duration age) {
    lagMillis = age.toMillis();
  }

  @Override
  public void read(String entity, String id, CborSerializable event) {
    count("drover.events", 1, "entity", entity, "type", event.getClass().getSimpleName());
    switch (event) {
      case Area.Event.FailedOver e ->
          count(
              "drover.area.failovers", 1, "of", id, "to", e.to().name(), "cause", word(e.cause()));
      case Area.Event.FailedBack e ->
          count("drover.area.failbacks", 1, "of", id, "cause", word(e.cause()));
      case Area.Event.CellsLent e ->
          count(
              "drover.area.cells.lent",
              e.cells().size(),
              "of",
              id,
              "to",
              e.to().name(),
              "cause",
              word(e.cause()));
      case Area.Event.CellsReturned e ->
          count(
              "drover.area.cells.returned",
              e.cells().size(),
              "of",
              id,
              "from",
              e.from().name(),
              "cause",
              word(e.cause()));
      case Host.Event.HostFenced e when e.proof().at().equals(e.at()) -> // or it is confirmed again
          count(
              "drover.hosts.fenced",
              1,
              "of",
              HostId.parse(id).area().name(),
              "by",
              word(e.proof().by()));
      default -> {}
    }
  }

  @Override
  public void ended(MigrationView migration) {
    MigrationView.Figures figures = migration.figures();
    String phase = word(migration.phase());
    MigrationView.PhaseEntry last = migration.history().getLast();
    time(
        "drover.migration.total",
        Duration.between(migration.requestedAt(), last.at()),
        "phase",
        phase);
    figures.vcpuGap().ifPresent(gap -> time("drover.migration.blackout", gap));
    figures.predictedBlackout().ifPresent(gap -> time("drover.migration.blackout.predicted", gap));
    figures
        .bytes()
        .ifPresent(bytes ->
            DistributionSummary.builder("drover.migration.sent")
                .baseUnit("bytes")
                .register(registry)
                .record((double) bytes.bytes()));
  }

  private void count(String name, int amount, String... tags) {
    registry.counter(name, tags).increment(amount);
  }

  private void time(String name, Duration took, String... tags) {
    Timer.builder(name).tags(tags).register(registry).record(took);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
