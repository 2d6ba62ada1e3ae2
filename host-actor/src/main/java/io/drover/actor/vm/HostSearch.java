package io.drover.actor.vm;

import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.api.Refusal;
import io.drover.actor.host.OrderOutcome;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.actor.vm.HostLossRules.Recovery;
import io.drover.actor.vm.Placing.ForRestart.End;
import io.drover.actor.vm.RequestRules.Answer;
import io.drover.actor.vm.Vm.Event;
import io.drover.actor.vm.Vm.FromHost;
import io.drover.actor.vm.VmState.Granted;
import io.drover.actor.vm.VmState.Known;
import io.drover.actor.vm.VmState.Settling;
import io.drover.actor.vm.VmState.Starting;
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
  private final VmOrders orders;

  HostSearch(
      VmId vm,
      Vm.Ports ports,
      Placings placings,
      ActorRef<Placement> placements,
      VmReality reality,
      VmOrders orders) {
    this.vm = vm;
    this.ports = ports;
    this.placings = placings;
    this.placements = placements;
    this.reality = reality;
    this.orders = orders;
  }

  void begin(Answer.Place a) {
    placings.begin(
        a.placing(),
        a.area(),
        new Scheduler.Command.PlaceVm(vm, a.spec(), a.wanted(), a.burst(), placements));
  }

  Reaction fenced(VmState state, FromHost.HostFenced c) {
    Optional<Placing> current = placings.current();
    if (current.isPresent()) { // it is being restarted already; the host repeats itself
      return current.get() instanceof Placing.ForRestart r && placings.found().isPresent()
          ? Reaction.say(() -> orders.upholdFence(r.lost(), r.runEpoch())) // asking may be lost
          : Reaction.NONE;
    }
    return switch (HostLossRules.fenced(state, c.host(), c.proof(), ports.settings(), now())) {
      case Recovery.Nothing _ -> Reaction.NONE;
      case Recovery.Release _ -> Reaction.say(() -> reality.releaseClaim(c.host()));
      case Recovery.Keep r -> Reaction.say(() -> reality.lost(c.host(), r.reason()));
      case Recovery.Do _ ->
          Reaction.say(() -> orders.upholdFence(c.host(), ((Granted) state).grant().runEpoch()));
      case Recovery.Place r -> Reaction.say(() -> restart((Granted) state, r.placing()));
    };
  }

  private void restart(Granted state, Placing.ForRestart placing) {
    say(placing, placing.reason());
    placings.begin(
        placing,
        state.vm().home(),
        new Scheduler.Command.RestartVm(
            vm,
            state.vm().spec(),
            placing.lost(),
            HostLossRules.avoid(state),
            state.vm().residence().burst(),
            placements));
  }

  /** For people: why it does not run. */
  private void say(Placing.ForRestart restart, String trouble) {
    switch (restart.end()) {
      case FENCED -> reality.lost(restart.lost(), trouble);
      case REMOVED -> reality.sightings().troubled(restart.lost(), trouble);
    }
  }

  /**
   * Time to look how a start goes. One that its host has refused for long, as it does not hold its
   * lease, is to be elsewhere: first another host is claimed, then the agent has to use up the run
   * epoch, then the other host gets the grant. Who has begun to use it up never starts under it.
   */
  Reaction unleased(VmState state) {
    if (placings.current().isPresent() || !(state instanceof Starting s)) {
      return Reaction.NONE;
    }
    if (reality.leaseWait().isLeaving(s, s.grant().host())) {
      return Reaction.of(
          new Event.Granted(
              s.grant().host(), VmState.nextEpoch(s.vm()), "no other host took it", false, now()));
    }
    return reality.leaseWait().isOver(s.grant(), ports.settings().orderDeadline(), now())
        ? HostLossRules.leaving(s, ports.settings(), now())
            .map(p -> Reaction.say(() -> restart(s, p)))
            .orElse(Reaction.NONE)
        : Reaction.NONE;
  }

  boolean isOfLeaving(VmState state, OrderOutcome outcome) {
    return state instanceof Granted s && outcome.orderId().equals(orders.leaveId(s.grant()));
  }

  /** The agent of the host that is being left has used up the run epoch, or has not yet. */
  Reaction removed(VmState state, OrderOutcome outcome) {
    Optional<Placing.ForRestart> restart =
        placings.restartOf(outcome.host(), ((Granted) state).grant().runEpoch());
    if (restart.isEmpty() || placings.found().isEmpty()) {
      return Reaction.NONE;
    }
    return outcome instanceof OrderOutcome.Answered a && a.outcome() instanceof Outcome.Done
        ? end(state, restart.get(), placings.found().get(), List.of())
        : Reaction.say(reality::tryLater);
  }

  /** The host has confirmed it: what the fence is to lead to may be journaled. */
  Reaction upheld(VmState state, FromHost.FenceUpheld c) {
    Recovery recovery = // by this proof: the one that was heard of may have been another
        HostLossRules.fenced(state, c.host(), c.proof(), ports.settings(), now());
    Optional<Placing.ForRestart> restart = placings.restartOf(c.host(), c.runEpoch());
    if (recovery instanceof Recovery.Place && restart.isPresent() && placings.found().isPresent()) {
      return end(state, restart.get(), placings.found().get(), List.of());
    }
    boolean concerned =
        placings.current().isEmpty()
            && state instanceof Granted s
            && s.grant().runEpoch().equals(c.runEpoch());
    return concerned && recovery instanceof Recovery.Do r
        ? left(state, c.host(), r.events())
        : Reaction.NONE;
  }

  /** A host says itself what is there: whoever was to be restarted for its loss is not. */
  void hostIsBack(VmState state, HostId host) {
    placings
        .hostIsBack(host)
        .filter(found -> !needsClaimAt(state, found))
        .ifPresent(reality::releaseClaim);
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
      return placement instanceof Placement.Placed late
          ? Reaction.say(() -> giveBack(state, late.host()))
          : Reaction.NONE;
    }
    return switch (placement) {
      case Placement.Refused p -> Reaction.say(() -> refuse(p.refusal()));
      case Placement.Placed p when placings.current().get() instanceof Placing.ForRestart r ->
          Reaction.say(() -> found(state, r, p.host()));
      case Placement.Placed p -> end(state, placings.current().get(), p.host(), p.refused());
    };
  }

  private void found(VmState state, Placing.ForRestart restart, HostId host) {
    placings.found(host);
    switch (restart.end()) {
      case FENCED -> orders.upholdFence(restart.lost(), restart.runEpoch());
      case REMOVED -> {
        if (state instanceof Starting s && s.grant().runEpoch().equals(restart.runEpoch())) {
          reality.leaseWait().leave(s.grant());
          reality.act(s);
        } else { // it got its lease, or is not to start any more
          placings.end();
          giveBack(state, host);
        }
      }
    }
  }

  private Reaction end(VmState state, Placing done, HostId host, List<Refusal.HostReason> refused) {
    Optional<List<Event>> events = RequestRules.placed(vm, state, done, host, now());
    if (events.isEmpty()) {
      return Reaction.say(() -> {
        refuse(RequestRules.tooLate(vm, state, done));
        giveBack(state, host); // not before: while it places, it needs every claim
      });
    }
    placings.end();
    return done instanceof Placing.ForRestart restart
        ? left(state, restart.lost(), events.get())
        : new Reaction(
            events.get(),
            s -> {
              done.waiting()
                  .forEach(w -> w.tell(Placings.reply(done, (Known) s, reality.sightings())));
              // who did not answer the scheduler in time may have granted the claim nevertheless
              refused.forEach(r -> giveBack(s, HostId.parse(r.host())));
            });
  }

  Reaction timedOut(VmState state) {
    Optional<Placing> late = placings.current();
    Optional<HostId> found = placings.found();
    refuse(
        Refusal.of(
            Refusal.Kind.UNAVAILABLE,
            "%s did not answer within %s"
                .formatted(
                    found.isPresent() ? "the lost host" : "the scheduler",
                    Spans.text(ports.settings().placementTimeout()))));
    found.ifPresent(host -> giveBack(state, host));
    return late.filter(p -> p instanceof Placing.ForRestart r && r.end() == End.REMOVED).isPresent()
        ? unleased(state)
        : Reaction.NONE;
  }

  private void refuse(Refusal refusal) {
    placings
        .refuse(refusal)
        .ifPresent(r -> say(r, r.reason() + "; not restarted yet: " + refusal.detail()));
  }

  /** A claim that came too late: nobody waits for it any more. */
  private void giveBack(VmState state, HostId host) {
    if (!needsClaimAt(state, host)) {
      reality.releaseClaim(host);
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
