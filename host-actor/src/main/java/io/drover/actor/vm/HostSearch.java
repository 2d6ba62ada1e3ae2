package io.drover.actor.vm;

import io.drover.actor.api.Refusal;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.actor.vm.HostLossRules.Recovery;
import io.drover.actor.vm.RequestRules.Answer;
import io.drover.actor.vm.Vm.Event;
import io.drover.actor.vm.Vm.FromHost;
import io.drover.actor.vm.VmState.Granted;
import io.drover.actor.vm.VmState.Known;
import io.drover.actor.vm.VmState.Settling;
import io.drover.actor.vm.VmState.UnderMigration;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.Spans;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * How a VM gets a host: what is asked of a scheduler, and what its answer comes to, or the proven
 * loss of the host it had. Of one incarnation; not threadsafe: lives in one actor.
 */
final class HostSearch {
  private final VmId vm;
  private final Vm.Ports ports;
  private final Placings placings;
  private final ActorRef<Placement> placements;
  private final VmReality reality;

  HostSearch(
      VmId vm,
      Vm.Ports ports,
      Placings placings,
      ActorRef<Placement> placements,
      VmReality reality) {
    this.vm = vm;
    this.ports = ports;
    this.placings = placings;
    this.placements = placements;
    this.reality = reality;
  }

  void begin(Answer.Place a) {
    placings.begin(
        a.placing(),
        a.area(),
        new Scheduler.Command.PlaceVm(vm, a.spec(), a.wanted(), a.burst(), placements));
  }

  Reaction fenced(VmState state, FromHost.HostFenced c) {
    if (placings.current().isPresent()) {
      return Reaction.NONE; // it is being restarted already; the host repeats itself
    }
    return switch (HostLossRules.fenced(state, c.host(), c.proof(), ports.settings(), now())) {
      case Recovery.Nothing _ -> Reaction.NONE;
      case Recovery.Release _ -> Reaction.say(() -> reality.releaseClaim(c.host()));
      case Recovery.Keep r -> Reaction.say(() -> reality.lost(c.host(), r.reason()));
      case Recovery.Do r -> left(state, c.host(), r.events());
      case Recovery.Place r -> Reaction.say(() -> restart((Granted) state, c.host(), r.placing()));
    };
  }

  private void restart(Granted state, HostId lost, Placing.ForRestart placing) {
    reality.lost(lost, placing.reason());
    placings.begin(
        placing,
        state.vm().home(),
        new Scheduler.Command.RestartVm(
            vm,
            state.vm().spec(),
            lost,
            HostLossRules.avoid(state),
            state.vm().residence().burst(),
            placements));
  }

  /** Its grant on a lost host is over. */
  private Reaction left(VmState state, HostId lost, List<Event> events) {
    Optional<MigrationId> migration =
        state instanceof UnderMigration m ? Optional.of(m.migration()) : Optional.empty();
    return new Reaction(
        events,
        _ -> {
          reality.releaseClaim(lost);
          migration.ifPresent(m -> ports.peers().cancelMigration(m, lost + " was fenced"));
        });
  }

  Reaction placed(VmState state, Placement placement) {
    if (placings.current().isEmpty()) {
      return Reaction.say(() -> giveBack(state, placement));
    }
    return switch (placement) {
      case Placement.Refused p -> Reaction.say(() -> refuse(p.refusal()));
      case Placement.Placed p -> placed(state, placings.current().get(), p);
    };
  }

  private Reaction placed(VmState state, Placing done, Placement.Placed placed) {
    Optional<List<Event>> events = RequestRules.placed(vm, state, done, placed.host(), now());
    if (events.isEmpty()) {
      return Reaction.say(() -> {
        refuse(RequestRules.tooLate(vm, state, done));
        giveBack(state, placed); // not before: while it places, it needs every claim
      });
    }
    placings.end();
    return done instanceof Placing.ForRestart restart
        ? left(state, restart.lost(), events.get())
        : new Reaction(
            events.get(),
            s ->
                done.waiting()
                    .forEach(w -> w.tell(Placings.reply(done, (Known) s, reality.sightings()))));
  }

  void timedOut() {
    refuse(
        Refusal.of(
            Refusal.Kind.UNAVAILABLE,
            "the scheduler did not answer within "
                + Spans.text(ports.settings().placementTimeout())));
  }

  private void refuse(Refusal refusal) {
    placings
        .refuse(refusal)
        .ifPresent(
            r -> reality.lost(r.lost(), r.reason() + "; not restarted yet: " + refusal.detail()));
  }

  /** A claim that came too late: nobody waits for it any more. */
  private void giveBack(VmState state, Placement placement) {
    if (placement instanceof Placement.Placed p && !needsClaimAt(state, p.host())) {
      reality.releaseClaim(p.host());
    }
  }

  boolean needsClaimAt(VmState state, HostId host) {
    return placings.current().isPresent()
        || (state instanceof Granted s
            && (s.grant().host().equals(host)
                || (s instanceof Settling settling && settling.source().equals(host))));
  }

  private Instant now() {
    return ports.clock().instant();
  }
}
