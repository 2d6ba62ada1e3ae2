package io.drover.actor.host;

import io.drover.actor.api.HostView;
import io.drover.actor.api.HostView.Liveness;
import io.drover.actor.api.HostView.State;
import io.drover.actor.host.HostState.Registered;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.LossState;
import io.drover.actor.lease.WitnessChoice;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import java.time.Instant;
import java.util.Optional;

/** A host as others see it: what is journaled, and what its agent said since. Pure. */
final class HostViews {
  private HostViews() {}

  /** What it has to give. */
  static HostOffer offer(HostId host, Registered state, AgentLink link) {
    HostSafety safety = state.facts().safety();
    return new HostOffer(
        host,
        state.facts().version(),
        link.session().isPresent(),
        state.cordoned(),
        state.facts().capabilities().capacity(),
        state.facts().claimed(),
        state.facts().capabilities().hypervisors(),
        state.facts().capabilities().images(),
        state.facts().capabilities().labels(),
        state.facts().claims().stream()
            .map(HostView.Claim::owner)
            .filter(owner -> owner.startsWith(MigrationId.PREFIX))
            .toList(),
        new HostOffer.Safety(
            LeaseRules.hindrance(safety, link),
            safety.fenced().isPresent(),
            state.facts().attached()
                ? Optional.empty()
                : Optional.of(state.facts().attachedSince()),
            link.witnessEndpoint(),
            LeaseRules.state(safety, link)));
  }

  /** As the API shows it. */
  static HostView view(HostId host, Registered state, AgentLink link, LossWatch watch) {
    Host.Capabilities said = state.facts().capabilities();
    HostSafety safety = state.facts().safety();
    return new HostView(
        host,
        state.facts().version(),
        state(state, link, watch),
        state.cordoned(),
        said.capacity(),
        state.facts().claimed(),
        state.facts().claims(),
        state.facts().controlEpoch(),
        state.facts().incarnation(),
        said.agentVersion(),
        said.hypervisors(),
        said.images(),
        said.transferEndpoint(),
        said.labels(),
        link.staleOrdersRefused(),
        link.lastHeartbeat(),
        since(state.facts()),
        new Liveness(
            reason(state, link, watch),
            safety.lease(),
            LeaseRules.holds(safety, link),
            safety.fenced(),
            safety.evidence()));
  }

  /** When it came, went, or was proven to be dead. */
  static Instant since(HostState.Facts facts) {
    return facts.safety().fenced().map(FenceProof::at).orElse(facts.attachedSince());
  }

  private static State state(Registered state, AgentLink link, LossWatch watch) {
    if (link.session().isPresent()) {
      return State.CONNECTED;
    }
    return watch
        .state()
        .map(decided ->
            switch (decided) {
              case LossState.Suspect _, LossState.Asking _ -> State.SUSPECT;
              case LossState.PathBroken _ -> State.CONTROL_PATH_BROKEN;
              case LossState.Held _ -> State.FENCING_HELD;
              case LossState.Revoking _, LossState.Expiring _ -> State.REVOKING;
              case LossState.Unproven _ -> State.DISCONNECTED;
              case LossState.Fenced _ -> State.FENCED;
            })
        .orElseGet(() -> journaled(state.facts()));
  }

  /** What can be said without its entity. */
  static State journaled(HostState.Facts facts) {
    if (facts.safety().fenced().isPresent()) {
      return State.FENCED;
    }
    if (facts.attached()) {
      return State.CONNECTED;
    }
    boolean leaving = facts.safety().lease().filter(l -> l.counts() && !l.open()).isPresent();
    return leaving ? State.REVOKING : State.DISCONNECTED;
  }

  private static String reason(Registered state, AgentLink link, LossWatch watch) {
    if (link.session().isEmpty()) {
      return watch.state().isEmpty() && state.facts().attached()
          ? "its agent has not come back yet since control moved"
          : watch.reason(state);
    }
    HostSafety safety = state.facts().safety();
    if (safety.lease().isPresent()) {
      return LeaseRules.state(safety, link);
    }
    return link.leaseStatus().isEmpty()
        ? "no lease: its agent takes none"
        : "no lease: %d witnesses, %d are needed"
            .formatted(link.witnessCandidates(), WitnessChoice.LEAST);
  }
}
