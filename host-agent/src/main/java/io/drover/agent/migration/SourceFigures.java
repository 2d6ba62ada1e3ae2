package io.drover.agent.migration;

import io.drover.agent.migration.BlackoutModel.GuestClass;
import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import io.drover.config.units.MigrationId;
import io.drover.protocol.v1.RoundReported;
import io.drover.protocol.v1.SourceStopped;
import io.drover.transfer.OutboundTransfer.FinalReport;
import io.drover.transfer.OutboundTransfer.RoundReport;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;

/** What a source measures and foretells of one migration. Not safe for several threads. */
final class SourceFigures {
  /** Smaller rounds measure latency, not bandwidth. */
  private static final long BANDWIDTH_SAMPLE_BYTES = 1 << 20;

  private static final long PAGE_BYTES = 4096;

  private final MigrationId migration;
  private final GuestClass guest;
  private final BlackoutModel model;
  private DataRate bandwidth = DataRate.UNLIMITED; // unknown until measured

  SourceFigures(MigrationId migration, GuestClass guest, BlackoutModel model) {
    this.migration = migration;
    this.guest = guest;
    this.model = model;
  }

  /** The report of a round, with the blackout foretold if the guest were stopped now. */
  RoundReported of(RoundReport round) {
    if (round.sentBytes() >= BANDWIDTH_SAMPLE_BYTES || bandwidth.isUnlimited()) {
      bandwidth = round.bandwidth();
    }
    return RoundReported.newBuilder()
        .setMigrationId(migration.text())
        .setRound(round.round())
        .setSentPages(round.sentPages())
        .setZeroPages(round.zeroPages())
        .setSentBytes(round.sentBytes())
        .setRemainingPages(round.remainingPages())
        .setDirtyPagesPerS(round.dirtyPagesPerSecond())
        .setBandwidthBytesPerS(bandwidth.bytesPerSecond())
        .setDurationUs(micros(round.duration()))
        .setPredictedBlackoutUs(micros(model.predict(guest, remaining(round), bandwidth)))
        .build();
  }

  /** How long it would take to send what was dirty when the round ended. */
  Duration timeForRest(RoundReport round) {
    return bandwidth.timeFor(remaining(round));
  }

  /** The final pages; the model learns from how long the source took in all. */
  SourceStopped.Builder of(FinalReport rest, Duration total) {
    model.learn(guest, total, new ByteSize(rest.finalBytes()), bandwidth);
    return SourceStopped.newBuilder()
        .setDigest(rest.digest())
        .setFinalPages(rest.finalPages())
        .setFinalBytes(rest.finalBytes());
  }

  private static ByteSize remaining(RoundReport round) {
    return new ByteSize(round.remainingPages() * PAGE_BYTES);
  }

  static long micros(Duration duration) {
    return TimeUnit.NANOSECONDS.toMicros(duration.toNanos());
  }

  static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}
