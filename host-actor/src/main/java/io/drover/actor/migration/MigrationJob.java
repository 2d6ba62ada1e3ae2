package io.drover.actor.migration;

import io.drover.actor.CborSerializable;
import io.drover.actor.agent.AgentReport.Round;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.MigrationView.Figures;
import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.api.MigrationView.PhaseEntry;
import io.drover.actor.api.Refusal.HostReason;
import io.drover.config.units.AreaId;
import io.drover.config.units.DataRate;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was asked for, and what is known so far: part of every state. Immutable.
 *
 * @param source as requested, then as the VM says
 * @param ifVersion the VM takes part only if it still has this version
 * @param history phases, oldest first
 * @param rounds of pre-copy, as far as they were journaled
 * @param pausedAt by the source's clock; empty until the switchover
 * @param failedTargets the last reason against each, the newest last
 */
record MigrationJob(
    VmId vm,
    HostId source,
    Optional<HostId> wantedTarget,
    Optional<AreaId> wantedArea,
    Duration downtimeLimit,
    DataRate bandwidthLimit,
    Optional<Long> ifVersion,
    String requestDigest,
    Instant requestedAt,
    List<PhaseEntry> history,
    List<Round> rounds,
    Figures figures,
    Optional<Instant> pausedAt,
    List<HostReason> failedTargets)
    implements CborSerializable {
  MigrationJob {
    history = List.copyOf(history);
    rounds = List.copyOf(rounds);
    failedTargets = failedTargets == null ? List.of() : List.copyOf(failedTargets);
  }

  static MigrationJob of(Migration.Event.Requested e) {
    return new MigrationJob(
        e.vm(),
        e.source(),
        e.wantedTarget(),
        e.wantedArea(),
        e.downtimeLimit(),
        e.bandwidthLimit(),
        e.ifVersion(),
        e.requestDigest(),
        e.at(),
        List.of(new PhaseEntry(Phase.REQUESTED, e.at(), "requested")),
        List.of(),
        Figures.NONE,
        Optional.empty(),
        List.of());
  }

  /** In whose inventory the target is looked for. */
  AreaId targetArea() {
    return wantedTarget.map(HostId::area).or(() -> wantedArea).orElse(source.area());
  }

  /** When the current phase began, and why. */
  PhaseEntry current() {
    return history.getLast();
  }

  MigrationJob entered(Phase phase, Instant at, String reason) {
    List<PhaseEntry> longer = new ArrayList<>(history);
    longer.add(new PhaseEntry(phase, at, reason));
    return with(source, longer, rounds, figures, pausedAt, failedTargets);
  }

  MigrationJob at(HostId actualSource) {
    return with(actualSource, history, rounds, figures, pausedAt, failedTargets);
  }

  MigrationJob with(List<Round> sent) {
    return sent.isEmpty() ? this : with(source, history, sent, figures, pausedAt, failedTargets);
  }

  MigrationJob with(Figures known) {
    return with(source, history, rounds, known, pausedAt, failedTargets);
  }

  MigrationJob pausedAt(Optional<Instant> when) {
    return with(source, history, rounds, figures, when, failedTargets);
  }

  MigrationJob failedAt(HostId target, String reason) {
    List<HostReason> failed = new ArrayList<>(failedTargets);
    failed.removeIf(f -> f.host().equals(target.text()));
    failed.add(new HostReason(target.text(), reason));
    return with(source, history, rounds, figures, pausedAt, failed);
  }

  private MigrationJob with(
      HostId actualSource,
      List<PhaseEntry> phases,
      List<Round> sent,
      Figures known,
      Optional<Instant> paused,
      List<HostReason> failed) {
    return new MigrationJob(
        vm,
        actualSource,
        wantedTarget,
        wantedArea,
        downtimeLimit,
        bandwidthLimit,
        ifVersion,
        requestDigest,
        requestedAt,
        phases,
        sent,
        known,
        paused,
        failed);
  }

  /**
   * What is moved, and where to.
   *
   * @param runEpoch of the source's grant
   * @param attempt 1 for the first target; part of every order id
   */
  record Move(HostId target, Epoch runEpoch, GuestSpec spec, int attempt)
      implements CborSerializable {}
}
