package io.drover.actor.host;

import io.drover.actor.agent.AgentSession;
import io.drover.actor.host.Host.Event;
import io.drover.actor.host.HostState.Registered;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.Lease;
import io.drover.actor.lease.LeaseStatus;
import io.drover.actor.lease.LeaseTerms;
import io.drover.actor.lease.Witness;
import io.drover.config.settings.LeaseSettings;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.slf4j.Logger;

/** What a Host says about its lease, and when it is fenced. Lives in one actor. */
final class LeaseVoice {
  /** So much sooner witnesses are reviewed while one of them is silent. */
  private static final int HASTE = 10;

  private final HostId host;
  private final HostPeers peers;
  private final LeaseSettings settings;
  private final Duration repeatAfter;
  private final ActorRef<Host.Candidates> candidates;
  private final Logger log;
  private Optional<Duration> toldOwners = Optional.empty();

  /**
   * The voice.
   *
   * @param repeatAfter how often the owners of claims are told that the host is fenced
   */
  LeaseVoice(
      HostId host,
      Host.Ports ports,
      Duration repeatAfter,
      ActorRef<Host.Candidates> candidates,
      Logger log) {
    this.host = host;
    this.peers = ports.peers();
    this.settings = ports.fencing().settings();
    this.repeatAfter = repeatAfter;
    this.candidates = candidates;
    this.log = log;
  }

  /** What an agent that takes leases is told; empty = nothing. */
  static Optional<LeaseTerms> terms(Registered state, AgentLink link) {
    return link.leaseStatus().isPresent()
        ? state.facts().safety().lease().flatMap(Lease::terms)
        : Optional.empty();
  }

  private static void sendTerms(Registered state, AgentLink link) {
    terms(state, link)
        .ifPresent(terms ->
            link.session().ifPresent(s -> s.ref().tell(new AgentSession.UpdateLease(terms))));
  }

  /** The agent says how its lease is. */
  Reaction told(Registered state, Optional<LeaseStatus> status, AgentLink link, Instant now) {
    HostSafety safety = state.facts().safety();
    String before = LeaseRules.state(safety, link);
    link.leaseIs(status);
    Optional<Event> event = status.flatMap(s -> LeaseRules.told(safety, s, now));
    if (event.isPresent()) {
      return new Reaction(List.of(event.get()), s -> sendTerms(s, link));
    }
    if (terms(state, link).filter(terms -> !terms.isKnownAs(status.orElseThrow())).isPresent()) {
      sendTerms(state, link); // they were lost, or are just on their way
    }
    return before.equals(LeaseRules.state(safety, link))
        ? Reaction.NONE
        : Reaction.say(() -> peers.offered(HostViews.offer(host, state, link)));
  }

  /** Looks for better witnesses when it is time. */
  void review(Registered state, AgentLink link, Duration now) {
    boolean wanted = settings.enabled() && link.leaseStatus().isPresent();
    if (wanted && link.reviewsWitnesses(now, interval(state, link))) {
      List<Witness> current =
          state.facts().safety().lease().map(l -> l.active().witnesses()).orElse(List.of());
      peers.askWitnesses(host, current, candidates);
    }
  }

  /**
   * Without a lease every moment counts; with a witness that is silent the next fault may cost it.
   */
  private Duration interval(Registered state, AgentLink link) {
    if (state.facts().safety().lease().isEmpty()) {
      return settings.witnessTimeout();
    }
    boolean weakened = link.leaseStatus().filter(s -> s.silentWitnesses() > 0).isPresent();
    return weakened ? settings.witnessReview().dividedBy(HASTE) : settings.witnessReview();
  }

  /** These could vouch for it. */
  Reaction found(Registered state, Host.Candidates found, AgentLink link, Instant now) {
    link.witnessCandidates(found.all().size());
    if (link.session().isEmpty() || link.leaseStatus().isEmpty()) {
      return Reaction.NONE;
    }
    return LeaseRules.reviewed(state, found.all(), link.leaseStatus().get(), settings, now)
        .map(event -> new Reaction(List.of(event), s -> sendTerms(s, link)))
        .orElse(Reaction.NONE);
  }

  /** It is proven: nothing that was ordered here will be done, and whoever is here is told. */
  void fenced(Registered state, AgentLink link, Duration now) {
    FenceProof proof = state.facts().safety().fenced().orElseThrow();
    log.warn("host fenced host={} by={} evidence={}", host, proof.by(), proof.evidence());
    link.orders
        .takeAll()
        .forEach(p ->
            p.replyTo()
                .tell(HostVoice.unanswered(host, p.orderId(), "it is fenced", p.delivered())));
    tellOwners(state, proof, now);
  }

  /** Words may be lost, and owners may have had no room elsewhere. */
  void repeatFenced(Registered state, Duration now) {
    if (toldOwners.filter(at -> now.compareTo(at.plus(repeatAfter)) < 0).isEmpty()) {
      state.facts().safety().fenced().ifPresent(proof -> tellOwners(state, proof, now));
    }
  }

  private void tellOwners(Registered state, FenceProof proof, Duration now) {
    toldOwners = Optional.of(now);
    state.facts().claims().stream()
        .map(HostVoice::ownerOf)
        .forEach(owner -> {
          switch (owner) {
            case VmId vm -> peers.hostFenced(vm, host, proof);
            case MigrationId migration -> peers.hostFenced(migration, host);
            default -> throw new IllegalStateException("owns no claims: " + owner);
          }
        });
  }

  /** How the guest of a VM is, as far as is known without a session. */
  void reportUnattached(VmId vm, HostState state) {
    Optional<FenceProof> proof =
        state instanceof Registered r ? r.facts().safety().fenced() : Optional.empty();
    proof.ifPresentOrElse(p -> peers.hostFenced(vm, host, p), () -> peers.hostDetached(vm, host));
  }
}
