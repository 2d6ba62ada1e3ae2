package io.drover.actor.host;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.HostView.Claim;
import io.drover.actor.host.Host.Capabilities;
import io.drover.actor.host.Host.Event;
import io.drover.config.units.EntityId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What the journal says of a host. */
sealed interface HostState extends CborSerializable {
  /** No agent has ever said Hello under this name. */
  record Unregistered() implements HostState {}

  /** Takes new claims. */
  record Available(Facts facts) implements Registered {
    @Override
    public Available with(Facts next) {
      return new Available(next);
    }
  }

  /** Takes none. */
  record Cordoned(Facts facts) implements Registered {
    @Override
    public Cordoned with(Facts next) {
      return new Cordoned(next);
    }
  }

  /** A host that is known. */
  sealed interface Registered extends HostState {
    Facts facts();

    HostState with(Facts next);

    default boolean cordoned() {
      return this instanceof Cordoned;
    }
  }

  /**
   * What is known of it.
   *
   * @param version counts events
   * @param stateId of the agent's folder with the grants; empty when it has not said
   * @param attached as journaled; after a recovery the agent has yet to come back
   */
  record Facts(
      HostId host,
      long version,
      Capabilities capabilities,
      Epoch controlEpoch,
      String incarnation,
      String stateId,
      boolean attached,
      Instant attachedSince,
      List<Claim> claims)
      implements CborSerializable {
    public Facts {
      stateId = Objects.requireNonNullElse(stateId, "");
      claims = List.copyOf(claims);
    }

    Resources claimed() {
      return claims.stream().map(Claim::resources).reduce(Resources.NONE, Resources::plus);
    }

    Optional<Claim> claimOf(EntityId owner) {
      return claims.stream().filter(c -> c.owner().equals(owner.text())).findFirst();
    }

    private Facts with(Capabilities next) {
      return new Facts(
          host, version, next, controlEpoch, incarnation, stateId, attached, attachedSince, claims);
    }

    private Facts with(Epoch next) {
      return new Facts(
          host, version, capabilities, next, incarnation, stateId, attached, attachedSince, claims);
    }

    private Facts with(List<Claim> next) {
      return new Facts(
          host,
          version,
          capabilities,
          controlEpoch,
          incarnation,
          stateId,
          attached,
          attachedSince,
          next);
    }

    private Facts attached(Event.AgentAttached e) {
      return new Facts(
          host,
          version,
          capabilities,
          controlEpoch,
          e.incarnation(),
          e.stateId(),
          true,
          e.at(),
          claims);
    }

    private Facts detached(Instant at) {
      return new Facts(
          host, version, capabilities, controlEpoch, incarnation, stateId, false, at, claims);
    }

    private Facts without(EntityId owner) {
      return with(claims.stream().filter(c -> !c.owner().equals(owner.text())).toList());
    }

    private Facts plus(EntityId owner, Resources resources) {
      List<Claim> all = new ArrayList<>(claims);
      all.add(new Claim(owner.text(), resources));
      return with(all);
    }

    private Facts counted() {
      return new Facts(
          host,
          version + 1,
          capabilities,
          controlEpoch,
          incarnation,
          stateId,
          attached,
          attachedSince,
          claims);
    }
  }

  /** Input to a transition: lets a switch match the pair. */
  record On<T>(HostState state, T input) {}

  static HostState evolve(HostState state, Event event) {
    HostState next =
        switch (new On<>(state, event)) {
          case On(Unregistered _, Event.HostRegistered e) ->
              new Available(
                  new Facts(
                      e.host(), 0, e.capabilities(), Epoch.NONE, "", "", false, e.at(), List.of()));
          case On(Available s, Event.Cordoned _) -> new Cordoned(s.facts());
          case On(Cordoned s, Event.Uncordoned _) -> new Available(s.facts());
          case On(Registered s, Event.CapabilitiesChanged e) ->
              s.with(s.facts().with(e.capabilities()));
          case On(Registered s, Event.ControlTaken e) -> s.with(s.facts().with(e.controlEpoch()));
          case On(Registered s, Event.AgentAttached e) -> s.with(s.facts().attached(e));
          case On(Registered s, Event.AgentDetached e) -> s.with(s.facts().detached(e.at()));
          case On(Registered s, Event.Claimed e) ->
              s.with(s.facts().plus(e.owner(), e.resources()));
          case On(Registered s, Event.ClaimReleased e) -> s.with(s.facts().without(e.owner()));
          case On(Registered s, Event.ClaimHandedOver e) -> s.with(handedOver(s.facts(), e));
          case On(Unregistered _, _), On(Available _, _), On(Cordoned _, _) ->
              throw new IllegalStateException(
                  "corrupt journal: " + event + " cannot follow " + state);
        };
    return next instanceof Registered r ? r.with(r.facts().counted()) : next;
  }

  private static Facts handedOver(Facts facts, Event.ClaimHandedOver event) {
    Resources resources =
        facts
            .claimOf(event.fromOwner())
            .map(Claim::resources)
            .orElseThrow(() -> new IllegalStateException("corrupt journal: no claim for " + event));
    return facts.without(event.fromOwner()).plus(event.toOwner(), resources);
  }
}
