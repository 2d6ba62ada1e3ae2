package io.drover.actor.host;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.HostView;
import io.drover.actor.api.ViewFold;
import io.drover.actor.host.Host.Event;
import io.drover.actor.host.HostState.Facts;
import io.drover.actor.lease.Lease;
import java.util.Optional;

/** A host as its events tell it: without its last heartbeat. */
public final class HostFold implements ViewFold<Event, HostView> {
  @Override
  public CborSerializable empty() {
    return new HostState.Unregistered();
  }

  @Override
  public CborSerializable after(CborSerializable state, Event event) {
    return HostState.evolve((HostState) state, event);
  }

  @Override
  public Optional<HostView> view(String entityId, long version, CborSerializable state) {
    return switch ((HostState) state) {
      case HostState.Unregistered _ -> Optional.empty();
      case HostState.Registered s -> Optional.of(view(s.facts(), s.cordoned()));
    };
  }

  private static HostView view(Facts facts, boolean cordoned) {
    return new HostView(
        facts.host(),
        facts.version(),
        HostViews.journaled(facts),
        cordoned,
        facts.capabilities().capacity(),
        facts.claimed(),
        facts.claims(),
        facts.controlEpoch(),
        facts.incarnation(),
        facts.capabilities().agentVersion(),
        facts.capabilities().hypervisors(),
        facts.capabilities().images(),
        facts.capabilities().transferEndpoint(),
        facts.capabilities().labels(),
        0,
        Optional.empty(),
        HostViews.since(facts),
        new HostView.Liveness(
            "",
            facts.safety().lease(),
            facts.safety().lease().filter(l -> l.standing() == Lease.Standing.HELD).isPresent(),
            facts.safety().fenced(),
            facts.safety().evidence()));
  }
}
