package io.drover.http.model;

import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.config.units.AreaId;
import io.drover.config.units.DataRate;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.Optional;

/** The body of {@code POST /v1/vms/{vm}:migrate}; every field may be left out. */
public record MigrateJson(
    Optional<String> target,
    Optional<String> area,
    Optional<Long> downtimeLimitMs,
    Optional<Long> bandwidthLimitBytesPerSecond) {
  public static final MigrateJson ANYWHERE =
      new MigrateJson(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  private static final long DOWNTIME_LIMIT_MS_LIMIT = 600_000;
  private static final long BANDWIDTH_LIMIT = 1L << 40;

  /** The checked request. */
  public MigrateRequest toRequest() {
    return new MigrateRequest(
        target.map(text -> Fields.parsed("target", text, HostId::parse)),
        area.map(text -> Fields.parsed("area", text, AreaId::new)),
        downtimeLimitMs.map(ms ->
            Duration.ofMillis(Fields.inRange("downtimeLimitMs", ms, 1, DOWNTIME_LIMIT_MS_LIMIT))),
        bandwidthLimitBytesPerSecond
            .map(rate ->
                new DataRate(
                    Fields.inRange("bandwidthLimitBytesPerSecond", rate, 0, BANDWIDTH_LIMIT)))
            .orElse(DataRate.UNLIMITED));
  }
}
