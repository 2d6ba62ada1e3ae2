package io.drover.actor.host;

import static java.util.stream.Collectors.toSet;

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
import java.util.function.Consumer;

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
      List<Claim> claims,
      HostSafety safety)
      implements CborSerializable {
    public Facts {
      stateId = Objects.requireNonNullElse(stateId, "");
      claims = List.copyOf(claims);
      safety = Objects.requireNonNullElse(safety, HostSafety.NONE); // null in older snapshots
    }

    static Facts of(Event.HostRegistered e) {
      return new Facts(
          e.host(),
          0,
          e.capabilities(),
          Epoch.NONE,
          "",
          "",
          false,
          e.at(),
          List.of(),
          HostSafety.NONE);
    }

    Resources claimed() {
      return claims.stream().map(Claim::resources).reduce(Resources.NONE, Resources::plus);
    }

    Optional<Claim> claimOf(EntityId owner) {
      return claims.stream().filter(c -> c.owner().equals(owner.text())).findFirst();
    }

    private Facts with(Capabilities next) {
      return changed(f -> f.capabilities = next);
    }

    private Facts with(Epoch next) {
      return changed(f -> f.controlEpoch = next);
    }

    private Facts with(HostSafety next) {
      return changed(f -> f.safety = next);
    }

    private Facts attached(Event.AgentAttached e) {
      return changed(f -> {
        f.incarnation = e.incarnation();
        f.stateId = e.stateId();
        f.attached = true;
        f.attachedSince = e.at();
        f.safety = safety.attached();
      });
    }

    private Facts detached(Instant at) {
      return changed(f -> {
        f.attached = false;
        f.attachedSince = at;
      });
    }

    private Facts without(EntityId owner) {
      return changed(f -> {
        f.claims = claims.stream().filter(c -> !c.owner().equals(owner.text())).toList();
        f.safety = safety.without(owner.text());
      });
    }

    private Facts plus(EntityId owner, Resources resources) {
      List<Claim> all = new ArrayList<>(claims);
      all.add(new Claim(owner.text(), resources));
      return changed(f -> f.claims = all);
    }

    private Facts handedOver(Event.ClaimHandedOver e) {
      Resources resources =
          claimOf(e.fromOwner())
              .map(Claim::resources)
              .orElseThrow(() -> new IllegalStateException("corrupt journal: no claim for " + e));
      HostSafety handedOver = safety.handedOver(e.fromOwner().text(), e.toOwner().text());
      return without(e.fromOwner()).plus(e.toOwner(), resources).with(handedOver);
    }

    private Facts fenced(Event.HostFenced e) {
      return with(safety.fenced(e, claims.stream().map(Claim::owner).collect(toSet())));
    }

    private Facts counted() {
      return changed(f -> f.version++);
    }

    private Facts changed(Consumer<Draft> change) {
      Draft draft = new Draft(this);
      change.accept(draft);
      return new Facts(
          host,
          draft.version,
          draft.capabilities,
          draft.controlEpoch,
          draft.incarnation,
          draft.stateId,
          draft.attached,
          draft.attachedSince,
          draft.claims,
          draft.safety);
    }

    /** What changes of the facts while they are being copied. */
    private static final class Draft {
      private long version;
      private Capabilities capabilities;
      private Epoch controlEpoch;
      private String incarnation;
      private String stateId;
      private boolean attached;
      private Instant attachedSince;
      private List<Claim> claims;
      private HostSafety safety;

      private Draft(Facts from) {
        version = from.version;
        capabilities = from.capabilities;
        controlEpoch = from.controlEpoch;
        incarnation = from.incarnation;
        stateId = from.stateId;
        attached = from.attached;
        attachedSince = from.attachedSince;
        claims = from.claims;
        safety = from.safety;
      }
    }
  }

  /** Input to a transition: lets a switch match the pair. */
  record On<T>(HostState state, T input) {}

  static HostState evolve(HostState state, Event event) {
    HostState next =
        switch (new On<>(state, event)) {
          case On(Unregistered _, Event.HostRegistered e) -> new Available(Facts.of(e));
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
          case On(Registered s, Event.ClaimHandedOver e) -> s.with(s.facts().handedOver(e));
          case On(Registered s, Event.HostFenced e) -> s.with(s.facts().fenced(e));
          case On(Registered s, Event.ClaimConfirmed e) ->
              safer(s, s.facts().safety().without(e.owner().text()));
          case On(Registered s, Event.LeaseOpened e) -> safer(s, s.facts().safety().opened(e));
          case On(Registered s, Event.LeaseClosed _) -> safer(s, s.facts().safety().closed());
          case On(Registered s, Event.LeaseHeld _) -> safer(s, s.facts().safety().held());
          case On(Registered s, Event.WitnessesProposed e) ->
              safer(s, s.facts().safety().proposed(e));
          case On(Registered s, Event.WitnessesActivated e) ->
              safer(s, s.facts().safety().activated(e));
          case On(Registered s, Event.RevocationBegun _) -> safer(s, s.facts().safety().revoking());
          case On(Registered s, Event.LeaseRevoked e) -> safer(s, s.facts().safety().revoked(e));
          case On(Registered s, Event.FenceBegun e) -> safer(s, s.facts().safety().fenceBegun(e));
          case On(Registered s, Event.FenceFailed e) -> safer(s, s.facts().safety().fenceFailed(e));
          case On(Unregistered _, _), On(Available _, _), On(Cordoned _, _) ->
              throw new IllegalStateException(
                  "corrupt journal: " + event + " cannot follow " + state);
        };
    return next instanceof Registered r ? r.with(r.facts().counted()) : next;
  }

  private static HostState safer(Registered state, HostSafety next) {
    return state.with(state.facts().with(next));
  }
}
