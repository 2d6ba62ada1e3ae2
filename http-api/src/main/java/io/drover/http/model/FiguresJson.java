package io.drover.http.model;

import io.drover.actor.api.MigrationView.Figures;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Epoch;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What was measured of a migration; absent = not known yet, or not said by this hypervisor.
 *
 * @param digestsEqual whether both hosts had the same RAM before the switchover
 */
public record FiguresJson(
    OptionalLong predictedBlackoutUs,
    DowntimesJson downtimes,
    OptionalLong pauseUs,
    OptionalLong finalCopyUs,
    OptionalLong deviceStateUs,
    OptionalLong commitUs,
    OptionalLong totalUs,
    OptionalLong totalBytes,
    OptionalLong deviceStateBytes,
    Optional<String> sourceDigest,
    Optional<String> targetDigest,
    Optional<Boolean> digestsEqual,
    OptionalLong runEpoch) {

  /**
   * The blackout, measured in four places.
   *
   * @param hypervisorUs QEMU's own figure
   * @param vcpuUs source paused → target resumed
   * @param guestUs largest gap in the guest's own heartbeat
   * @param serviceUs largest gap seen by a client of the guest
   */
  public record DowntimesJson(
      OptionalLong hypervisorUs,
      OptionalLong vcpuUs,
      OptionalLong guestUs,
      OptionalLong serviceUs) {}

  static FiguresJson from(Figures figures) {
    return new FiguresJson(
        Fields.micros(figures.predictedBlackout()),
        new DowntimesJson(
            Fields.micros(figures.hypervisorDowntime()),
            Fields.micros(figures.vcpuGap()),
            Fields.micros(figures.guestGap()),
            Fields.micros(figures.serviceGap())),
        Fields.micros(figures.pause()),
        Fields.micros(figures.finalCopy()),
        Fields.micros(figures.deviceState()),
        Fields.micros(figures.commit()),
        Fields.micros(figures.total()),
        bytes(figures.bytes()),
        bytes(figures.deviceStateBytes()),
        figures.sourceDigest(),
        figures.targetDigest(),
        figures.sourceDigest().flatMap(source -> figures.targetDigest().map(source::equals)),
        epoch(figures.runEpoch()));
  }

  private static OptionalLong bytes(Optional<ByteSize> size) {
    return size.isPresent() ? OptionalLong.of(size.get().bytes()) : OptionalLong.empty();
  }

  private static OptionalLong epoch(Optional<Epoch> epoch) {
    return epoch.isPresent() ? OptionalLong.of(epoch.get().value()) : OptionalLong.empty();
  }
}
