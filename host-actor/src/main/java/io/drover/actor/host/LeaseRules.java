package io.drover.actor.host;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.host.Host.Event;
import io.drover.actor.host.HostState.Registered;
import io.drover.actor.lease.Lease;
import io.drover.actor.lease.Lease.Standing;
import io.drover.actor.lease.LeaseStatus;
import io.drover.actor.lease.Witness;
import io.drover.actor.lease.WitnessCandidate;
import io.drover.actor.lease.WitnessChoice;
import io.drover.actor.lease.WitnessList;
import io.drover.config.settings.LeaseSettings;
import io.drover.config.units.EntityId;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What happens to a host's lease while its agent is there. Pure. */
final class LeaseRules {
  private LeaseRules() {}

  /**
   * The agent attaches: a lease that was or is being revoked is of no use to it any more.
   *
   * @param said what it has of its lease; empty when it takes none
   */
  static Optional<Event> attached(
      HostSafety safety, Optional<LeaseStatus> said, LeaseSettings settings, Instant now) {
    if (safety.lease().isEmpty()) {
      return Optional.empty();
    }
    Lease lease = safety.lease().get();
    if (said.isEmpty() || !settings.enabled()) {
      return lease.standing() == Standing.CLOSED
          ? Optional.empty()
          : Optional.of(new Event.LeaseClosed(now));
    }
    boolean forgotten = // with its disk: it guards nothing of what it held
        lease.standing() == Standing.HELD && said.get().leaseEpoch().isBefore(lease.epoch());
    boolean usable =
        lease.ttl().equals(settings.ttl()) && !lease.isBehind(said.get()) && !forgotten;
    return lease.open() && usable
        ? Optional.empty()
        : Optional.of(opened(lease.reopened(settings.ttl(), said.get().leaseEpoch()), now));
  }

  private static Event opened(Lease lease, Instant now) {
    return new Event.LeaseOpened(lease.epoch(), lease.ttl(), lease.active(), now);
  }

  /** The agent says what it has on its disk. */
  static Optional<Event> told(HostSafety safety, LeaseStatus status, Instant now) {
    return safety
        .lease()
        .filter(Lease::open)
        .filter(lease -> lease.epoch().equals(status.leaseEpoch()))
        .flatMap(lease ->
            status.held() && lease.standing() == Standing.OFFERED
                ? Optional.of(new Event.LeaseHeld(lease.epoch(), now))
                : lease
                    .pending()
                    .filter(_ -> lease.mayActivate(status))
                    .map(list -> new Event.WitnessesActivated(list.version(), now)));
  }

  /**
   * The event of a change that these candidates are worth; empty = leave it.
   *
   * @param known the lease epoch that the agent knows
   */
  static Optional<Event> reviewed(
      Registered state,
      List<WitnessCandidate> candidates,
      LeaseStatus known,
      LeaseSettings settings,
      Instant now) {
    Optional<Lease> lease = state.facts().safety().lease();
    List<Witness> current = lease.map(l -> l.active().witnesses()).orElse(List.of());
    List<Witness> best =
        WitnessChoice.choose(
            state.facts().host(),
            state.facts().capabilities().labels().getOrDefault(HostOffer.RACK, ""),
            candidates,
            current,
            known.silentWitnesses() > 0);
    if (best.isEmpty()) {
      return Optional.empty();
    }
    if (lease.isEmpty()) {
      return Optional.of(
          new Event.LeaseOpened(
              known.leaseEpoch().next(), settings.ttl(), new WitnessList(1, best), now));
    }
    boolean changeable = lease.get().open() && lease.get().pending().isEmpty();
    return !changeable || same(best, current)
        ? Optional.empty()
        : Optional.of(
            new Event.WitnessesProposed(new WitnessList(lease.get().lastVersion() + 1, best), now));
  }

  private static boolean same(List<Witness> some, List<Witness> others) {
    Set<Witness> all = new HashSet<>(some);
    return all.equals(new HashSet<>(others));
  }

  /** Why nothing may be placed there as far as its lease goes; empty = nothing hinders. */
  static String hindrance(HostSafety safety, AgentLink link) {
    if (safety.fenced().isPresent()) {
      return "it is fenced";
    }
    boolean leased = safety.lease().filter(Lease::open).isPresent();
    return leased && !holds(safety, link) ? "it does not hold its lease" : "";
  }

  /** What brings its lease nearer to its end than it should be; empty = nothing. */
  static String weakness(HostSafety safety, AgentLink link) {
    int silent = link.leaseStatus().map(LeaseStatus::silentWitnesses).orElse(0);
    return silent == 0
        ? ""
        : "%d of its %d witnesses do not answer it"
            .formatted(
                silent, safety.lease().map(l -> l.active().witnesses().size()).orElse(silent));
  }

  /** All that is wrong with its lease, for people; empty = nothing. */
  static String state(HostSafety safety, AgentLink link) {
    return Stream.of(hindrance(safety, link), weakness(safety, link))
        .filter(words -> !words.isEmpty())
        .collect(Collectors.joining("; "));
  }

  /** Whether its agent said so last, of the lease it is to have. */
  static boolean holds(HostSafety safety, AgentLink link) {
    return link.session().isPresent()
        && safety
            .lease()
            .filter(lease ->
                link.leaseStatus()
                    .filter(s -> s.held() && s.leaseEpoch().equals(lease.epoch()))
                    .isPresent())
            .isPresent();
  }

  /**
   * Why this order may not be given; empty = it may. A VM whose claim is from before the host was
   * fenced may have got a grant elsewhere since: its order to run may have been under way for long.
   */
  static Optional<String> objection(Registered state, AgentOrder order) {
    HostSafety safety = state.facts().safety();
    if (!(order instanceof AgentOrder.RunGuest run)) {
      return Optional.empty();
    }
    if (safety.fenced().isPresent()) {
      return Optional.of("it is fenced");
    }
    EntityId owner = run.mode() instanceof AgentOrder.RunMode.Activate m ? m.migration() : run.vm();
    boolean isVoid =
        safety.voidClaims().contains(owner.text()) || safety.voidClaims().contains(run.vm().text());
    return isVoid
        ? Optional.of("it was fenced, and " + run.vm() + " has not said since that it is here")
        : Optional.empty();
  }
}
