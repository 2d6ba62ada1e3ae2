package io.drover.actor.host;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.HostView.Evidence;
import io.drover.actor.host.Host.Event;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.Lease;
import io.drover.actor.lease.Lease.Standing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What the journal says of a host's lease, and of proofs that it was dead.
 *
 * @param fenced nothing runs there; until an agent attaches again
 * @param voidClaims of before it was fenced, whose owners have not said since that they need them:
 *     no guest is run on the strength of them
 * @param evidence what was found out when it was lost, the newest last
 * @param fences the fence commands that were begun
 */
record HostSafety(
    Optional<Lease> lease,
    Optional<FenceProof> fenced,
    Set<String> voidClaims,
    List<Evidence> evidence,
    FenceLog fences)
    implements CborSerializable {
  static final HostSafety NONE =
      new HostSafety(Optional.empty(), Optional.empty(), Set.of(), List.of(), FenceLog.NONE);

  private static final int EVIDENCE_LIMIT = 8;

  /**
   * The fence commands of a host.
   *
   * @param number of the last one that was begun, ever; 0 = none
   * @param underWay it has no outcome, and the agent has not been here since
   */
  record FenceLog(long number, boolean underWay) implements CborSerializable {
    private static final FenceLog NONE = new FenceLog(0, false);

    private FenceLog ended() {
      return new FenceLog(number, false);
    }

    /** Whether the outcome of that one is waited for. */
    boolean awaits(long run) {
      return underWay && run == number;
    }
  }

  HostSafety {
    fences = Objects.requireNonNullElse(fences, FenceLog.NONE); // null in older snapshots
    voidClaims = Set.copyOf(voidClaims);
    evidence =
        List.copyOf(
            evidence.subList(Math.max(0, evidence.size() - EVIDENCE_LIMIT), evidence.size()));
  }

  private HostSafety with(Lease next) {
    return new HostSafety(Optional.of(next), fenced, voidClaims, evidence, fences);
  }

  private HostSafety now(Standing standing) {
    return with(known().now(standing));
  }

  private Lease known() {
    return lease.orElseThrow(() -> new IllegalStateException("corrupt journal: no lease"));
  }

  private HostSafety noting(String text, Instant at) {
    List<Evidence> all = new ArrayList<>(evidence);
    all.add(new Evidence(text, at));
    return new HostSafety(lease, fenced, voidClaims, all, fences);
  }

  HostSafety attached() {
    return new HostSafety(lease, Optional.empty(), voidClaims, evidence, fences.ended());
  }

  HostSafety without(String owner) {
    Set<String> rest = new HashSet<>(voidClaims);
    rest.remove(owner);
    return new HostSafety(lease, fenced, rest, evidence, fences);
  }

  /** The claim of one is another's now, and as void as it was. */
  HostSafety handedOver(String fromOwner, String toOwner) {
    if (!voidClaims.contains(fromOwner)) {
      return this;
    }
    Set<String> next = new HashSet<>(voidClaims);
    next.remove(fromOwner);
    next.add(toOwner);
    return new HostSafety(lease, fenced, next, evidence, fences);
  }

  HostSafety opened(Event.LeaseOpened e) {
    return with(Lease.opened(e.leaseEpoch(), e.ttl(), e.witnesses()));
  }

  HostSafety closed() {
    return now(Standing.CLOSED);
  }

  HostSafety held() {
    return now(Standing.HELD);
  }

  HostSafety proposed(Event.WitnessesProposed e) {
    return with(known().proposed(e.witnesses()));
  }

  HostSafety activated(Event.WitnessesActivated e) {
    return with(known().activated(e.version()));
  }

  HostSafety revoking() {
    return now(Standing.REVOKING);
  }

  HostSafety revoked(Event.LeaseRevoked e) {
    return now(Standing.REVOKED)
        .noting("lease epoch %s revoked; %s".formatted(e.leaseEpoch(), e.evidence()), e.at());
  }

  private HostSafety with(FenceLog next) {
    return new HostSafety(lease, fenced, voidClaims, evidence, next);
  }

  HostSafety fenceBegun(Event.FenceBegun e) {
    return with(new FenceLog(e.number(), true));
  }

  HostSafety fenceFailed(Event.FenceFailed e) {
    return with(fences.ended()).noting("fence command failed: " + e.evidence(), e.at());
  }

  /** A command that runs may still prove more than the end of the lease does. */
  HostSafety fenced(Event.HostFenced e, Set<String> owners) {
    FenceLog log = e.proof().powerOff() ? fences.ended() : fences;
    HostSafety next = new HostSafety(lease, Optional.of(e.proof()), owners, evidence, log);
    boolean upheld = fenced.filter(e.proof()::equals).isPresent();
    return upheld
        ? next
        : next.noting("fenced by %s: %s".formatted(e.proof().by(), e.proof().evidence()), e.at());
  }
}
