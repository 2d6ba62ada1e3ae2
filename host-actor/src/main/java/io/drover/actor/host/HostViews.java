package io.drover.actor.host;

import io.drover.actor.api.HostView;
import io.drover.actor.host.HostState.Registered;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;

/** A host as others see it: what is journaled, and what its agent said since. Pure. */
final class HostViews {
  private HostViews() {}

  /** What it has to give. */
  static HostOffer offer(HostId host, Registered state, AgentLink link) {
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
            .toList());
  }

  /** As the API shows it. */
  static HostView view(HostId host, Registered state, AgentLink link) {
    Host.Capabilities said = state.facts().capabilities();
    return new HostView(
        host,
        state.facts().version(),
        link.session().isPresent() ? HostView.State.CONNECTED : HostView.State.DISCONNECTED,
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
        state.facts().attachedSince());
  }
}
