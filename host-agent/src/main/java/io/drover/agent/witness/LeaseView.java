package io.drover.agent.witness;

import io.drover.agent.lease.Lease;
import io.drover.agent.lease.Lease.Deadline;
import io.drover.agent.lease.LeaseTerms;
import io.drover.agent.lease.WitnessList;
import io.drover.agent.witness.ArmedDeadline.State;
import io.drover.config.units.Epoch;
import io.drover.protocol.v1.LeaseStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Where the lease stands, for whoever asks.
 *
 * @param isAsked whether the control plane wants this host to have one
 * @param epochAsked {@link Epoch#NONE} before any terms
 * @param epochHeld of the deadline that the guard has
 * @param acknowledged without what is held
 */
record LeaseView(
    State state, boolean isAsked, Epoch epochAsked, Epoch epochHeld, LeaseStatus acknowledged) {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

  /** A witness that has missed so many questions in a row is not just slow. */
  private static final Duration SILENCE = LeaseKeeper.ASK_INTERVAL.multipliedBy(3);

  static final LeaseView NONE =
      new LeaseView(State.NONE, false, Epoch.NONE, Epoch.NONE, LeaseStatus.getDefaultInstance());

  static LeaseView of(Lease lease, ArmedDeadline armed, long nowNs) {
    Optional<LeaseTerms> terms = lease.terms();
    Epoch asked = terms.map(LeaseTerms::epoch).orElse(Epoch.NONE);
    LeaseStatus.Builder status =
        LeaseStatus.newBuilder()
            .setLeaseEpoch(asked.value())
            .setSilentWitnesses(lease.silentSince(nowNs - SILENCE.toNanos()));
    lease
        .acknowledged(nowNs)
        .ifPresent(t ->
            status
                .setLeaseEpoch(t.epoch().value())
                .setActiveVersion(t.active().version())
                .setPendingVersion(t.pending().map(WitnessList::version).orElse(0L)));
    return new LeaseView(
        armed.state(nowNs),
        terms.filter(LeaseTerms::isAsked).isPresent(),
        asked,
        armed.deadline().map(Deadline::epoch).orElse(Epoch.NONE),
        status.build());
  }

  /** What heartbeats say. */
  LeaseStatus status(long remainingNs) {
    boolean isArmed = state == State.HELD || state == State.STOPPING;
    boolean isHeld =
        isArmed && remainingNs > 0 && epochHeld.value() == acknowledged.getLeaseEpoch();
    return acknowledged.toBuilder()
        .setHeld(isHeld)
        .setRemainingMs(isHeld ? (int) TimeUnit.NANOSECONDS.toMillis(remainingNs) : 0)
        .build();
  }

  /** Why no guest that may start elsewhere is let run here; empty when it may. */
  Optional<String> refusal(boolean isPermitted, long remainingNs) {
    boolean isHeld = state == State.HELD && epochHeld.equals(epochAsked) && isPermitted;
    return isHeld || !isAsked
        ? Optional.empty()
        : Optional.of(
            "this host does not hold its lease of epoch %s (%s; %d ms remain of epoch %s)"
                .formatted(
                    epochAsked,
                    words(),
                    TimeUnit.NANOSECONDS.toMillis(Math.max(0, remainingNs)),
                    epochHeld));
  }

  /** Each change once, in one place. */
  void log(State before) {
    if (before != state) {
      boolean isBad = state == State.STOPPING || state == State.OVER;
      LOG.atLevel(isBad ? Level.WARN : Level.INFO)
          .addKeyValue("leaseEpoch", epochHeld)
          .addKeyValue("was", before)
          .addKeyValue("is", state)
          .log("lease: " + words());
    }
  }

  private String words() {
    return switch (state) {
      case NONE -> "no majority of its witnesses has vouched yet";
      case HELD -> "held";
      case UNGUARDED -> "no guard watches yet";
      case STOPPING -> "running out, guests that may start elsewhere stand still";
      case OVER -> "over, guests that may start elsewhere are killed";
    };
  }
}
