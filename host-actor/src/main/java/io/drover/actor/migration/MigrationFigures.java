package io.drover.actor.migration;

import io.drover.actor.api.MigrationView.Figures;
import io.drover.config.units.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The one figure set of a migration, filled as its events come in. */
final class MigrationFigures {
  private static final Duration CLOCK_TOLERANCE = Duration.ofMillis(1);

  private MigrationFigures() {}

  static Figures predicted(Figures known, Duration blackout) {
    return new Figures(
        Optional.of(blackout),
        known.hypervisorDowntime(),
        known.vcpuGap(),
        known.guestGap(),
        known.serviceGap(),
        known.pause(),
        known.finalCopy(),
        known.deviceState(),
        known.commit(),
        known.total(),
        known.bytes(),
        known.deviceStateBytes(),
        known.sourceDigest(),
        known.targetDigest(),
        known.runEpoch());
  }

  static Figures switchedOver(Figures known, Epoch runEpoch, Optional<Migration.Cutover> cutover) {
    return new Figures(
        known.predictedBlackout(),
        cutover.map(Migration.Cutover::hypervisorDowntime).filter(Duration::isPositive),
        known.vcpuGap(),
        known.guestGap(),
        known.serviceGap(),
        cutover.map(Migration.Cutover::pause),
        cutover.map(Migration.Cutover::finalCopy),
        cutover.map(Migration.Cutover::deviceState),
        cutover.flatMap(Migration.Cutover::commit),
        known.total(),
        cutover.map(Migration.Cutover::totalBytes),
        cutover.map(Migration.Cutover::deviceStateBytes),
        cutover.map(Migration.Cutover::sourceDigest),
        cutover.flatMap(Migration.Cutover::targetDigest),
        Optional.of(runEpoch));
  }

  /**
   * @param pausedAt by the source's clock; a gap below zero says that the two clocks disagree, and
   *     is not shown
   * @param guestGap zero = the guest does not say. One shorter than its vCPUs stood still is that
   *     of a guest that has not noticed yet, and is not shown: without hardware virtualization a
   *     guest learns of a pause at its next RTC second.
   */
  static Figures verified(
      Figures known, Optional<Instant> pausedAt, Instant resumedAt, Duration guestGap) {
    Optional<Duration> gap =
        pausedAt.map(paused -> Duration.between(paused, resumedAt)).filter(Duration::isPositive);
    Duration least = gap.map(g -> g.minus(CLOCK_TOLERANCE)).orElse(Duration.ZERO);
    return new Figures(
        known.predictedBlackout(),
        known.hypervisorDowntime(),
        gap,
        Optional.of(guestGap).filter(g -> g.isPositive() && g.compareTo(least) >= 0),
        known.serviceGap(),
        known.pause(),
        known.finalCopy(),
        known.deviceState(),
        known.commit(),
        known.total(),
        known.bytes(),
        known.deviceStateBytes(),
        known.sourceDigest(),
        known.targetDigest(),
        known.runEpoch());
  }

  static Figures over(Figures known, Duration total) {
    return new Figures(
        known.predictedBlackout(),
        known.hypervisorDowntime(),
        known.vcpuGap(),
        known.guestGap(),
        known.serviceGap(),
        known.pause(),
        known.finalCopy(),
        known.deviceState(),
        known.commit(),
        Optional.of(total),
        known.bytes(),
        known.deviceStateBytes(),
        known.sourceDigest(),
        known.targetDigest(),
        known.runEpoch());
  }
}
