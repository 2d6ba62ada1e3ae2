package io.drover.bench.migration;

import io.drover.bench.report.Metric;
import io.drover.bench.report.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What was measured of the Linux guests, ours and native, and the metrics it makes. */
final class LinuxFigures {
  private final Contender ours = new Contender();
  private final Contender natively = new Contender();
  private final List<Double> totalRatios = new ArrayList<>();
  private final List<Double> blackoutRatios = new ArrayList<>();
  private final List<Double> commandMs = new ArrayList<>();
  private final List<Double> commandRatios = new ArrayList<>();
  private final List<Double> ourDifferences = new ArrayList<>();
  private final List<Double> nativeDifferences = new ArrayList<>();
  private final List<Double> shortLimitDifferences = new ArrayList<>();

  private static final class Contender {
    private final List<Double> totalMs = new ArrayList<>();
    private final List<Double> guestBlackoutMs = new ArrayList<>();
    private final List<Double> vcpuBlackoutMs = new ArrayList<>();
    private int unsound;

    private void add(MovedGuest guest) {
      totalMs.add(guest.totalMs());
      vcpuBlackoutMs.add(guest.vcpuMs());
      guest.guestBlackoutMs().ifPresent(guestBlackoutMs::add);
      unsound += guest.isSound() ? 0 : 1;
    }
  }

  /**
   * One migration of each, made one after the other.
   *
   * @param nativeCommandMs see {@link NativeMigration.Timed}
   */
  void addTimes(MovedGuest our, MovedGuest its, double nativeCommandMs) {
    ours.add(our);
    natively.add(its);
    totalRatios.add(our.totalMs() / its.totalMs());
    commandMs.add(nativeCommandMs);
    commandRatios.add(our.totalMs() / nativeCommandMs);
    our.guestBlackoutMs()
        .ifPresent(blackout ->
            its.guestBlackoutMs().ifPresent(other -> blackoutRatios.add(blackout / other)));
  }

  /**
   * Pages that differ.
   *
   * @param our empty when the guest could not be moved
   * @param shortLimit native, where a downtime limit of 1 ms makes it go through more rounds
   */
  void addDifferences(OptionalLong our, long its, long shortLimit) {
    our.ifPresent(pages -> ourDifferences.add((double) pages));
    nativeDifferences.add((double) its);
    shortLimitDifferences.add((double) shortLimit);
  }

  /** Adds what there is; nothing where nothing was measured. */
  void publish(Report report) {
    if (!totalRatios.isEmpty()) {
      report.add(Metric.ofSamples("qemu_total_vs_native_tcp", "ratio", totalRatios).atMost(1.5));
      if (!blackoutRatios.isEmpty()) {
        report.add(
            Metric.ofSamples("qemu_blackout_vs_native_tcp", "ratio", blackoutRatios).atMost(2));
      }
      add(report, "qemu_total_ms", ours.totalMs);
      add(report, "native_total_ms", natively.totalMs);
      add(report, "qemu_guest_blackout_ms", ours.guestBlackoutMs);
      add(report, "native_guest_blackout_ms", natively.guestBlackoutMs);
      add(report, "qemu_vcpu_blackout_ms", ours.vcpuBlackoutMs);
      add(report, "native_vcpu_blackout_ms", natively.vcpuBlackoutMs);
      add(report, "native_migrate_command_ms", commandMs);
      report.add(Metric.ofSamples("qemu_total_vs_native_migrate_command", "ratio", commandRatios));
      report.add(Metric.of("native_guests_dead_or_faulty", (double) natively.unsound, "guests"));
    }
    if (!ourDifferences.isEmpty()) {
      report.add(
          Metric.ofSamples("qemu_ram_pages_differing", "pages", ourDifferences).eachAtMost(0));
    }
    if (!nativeDifferences.isEmpty()) {
      report.add(Metric.ofSamples("native_ram_pages_differing", "pages", nativeDifferences));
      report.add(
          Metric.ofSamples("native_ram_pages_differing_limit_1ms", "pages", shortLimitDifferences));
    }
  }

  private static void add(Report report, String name, List<Double> samplesMs) {
    if (!samplesMs.isEmpty()) {
      report.add(Metric.ofSamples(name, "ms", samplesMs));
    }
  }
}
