package io.drover.actor.placement;

import io.drover.actor.Routes;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.BurstPolicy;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.Refusal.HostReason;
import io.drover.actor.area.FleetSight;
import io.drover.actor.host.ClaimReply;
import io.drover.actor.host.Host;
import io.drover.actor.host.HostOffer;
import io.drover.actor.placement.Scheduler.Command;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.actor.placement.SchedulerBehavior.Internal.ClaimTimedOut;
import io.drover.config.settings.MoveSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.EntityId;
import io.drover.config.units.HostId;
import io.drover.config.units.Spans;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * The placements that a scheduler has under way: each asks one host at a time for a claim, until
 * one gives it or enough have refused. Not threadsafe.
 */
final class Placements {
  private static final Duration CLAIM_TIMEOUT = Duration.ofSeconds(2);

  private record Attempt(
      EntityId owner,
      PlacementRequest request,
      HostId asked,
      Map<HostId, String> conflicts,
      ActorRef<Placement> replyTo) {}

  private final AreaId area;
  private final Routes routes;
  private final MoveSettings moves;
  private final FleetSight sight;
  private final double keptFree;
  private final Inventory inventory;
  private final TimerScheduler<Command> timers;
  private final ActorRef<ClaimReply> claimReplies;
  private final Map<EntityId, Attempt> attempts = new HashMap<>();

  Placements(
      AreaId area,
      Scheduler.Ports ports,
      Inventory inventory,
      TimerScheduler<Command> timers,
      ActorRef<ClaimReply> claimReplies) {
    this.area = area;
    this.routes = ports.routes();
    this.moves = ports.moves();
    this.sight = ports.sight();
    this.keptFree = ports.workloadBurst().keptFree();
    this.inventory = inventory;
    this.timers = timers;
    this.claimReplies = claimReplies;
  }

  void place(Command.PlaceVm c) {
    PlacementRequest request = new PlacementRequest(c.spec(), Optional.empty(), c.wanted());
    place(c.vm(), c.wanted().isEmpty() ? mayLeave(request, c.burst()) : request, c.replyTo());
  }

  void place(Command.RestartVm c) {
    PlacementRequest request =
        new PlacementRequest(c.spec(), Optional.of(c.lost()), Optional.empty()).avoiding(c.avoid());
    place(c.vm(), mayLeave(request, c.burst()), c.replyTo());
  }

  void place(Command.TakeOverflow c) {
    place(
        c.vm(),
        new PlacementRequest(c.spec(), c.lost(), Optional.empty())
            .avoiding(c.avoid())
            .overflowing(c.way()),
        c.replyTo());
  }

  private PlacementRequest mayLeave(PlacementRequest request, BurstPolicy burst) {
    return switch (burst) {
      case NEVER -> request;
      case ALLOW -> request.overflowing(Overflow.of(area));
    };
  }

  void place(Command.SelectTarget c) {
    place(
        c.migration(),
        new PlacementRequest(c.spec(), Optional.of(c.source()), c.wanted())
            .avoiding(
                c.avoid().stream()
                    .map(a -> new HostReason(a.host(), "it failed just now: " + a.reason()))
                    .toList()),
        c.replyTo());
  }

  private void place(EntityId owner, PlacementRequest request, ActorRef<Placement> replyTo) {
    Attempt running = attempts.get(owner);
    if (running == null) {
      tryNext(owner, request, Map.of(), replyTo);
    } else { // asked again: the claim under way answers it
      attempts.put(
          owner,
          new Attempt(owner, running.request(), running.asked(), running.conflicts(), replyTo));
    }
  }

  private void tryNext(
      EntityId owner,
      PlacementRequest request,
      Map<HostId, String> conflicts,
      ActorRef<Placement> replyTo) {
    switch (next(owner, request, conflicts)) {
      case NextHost.None none -> {
        attempts.remove(owner);
        notHere(owner, request, none.refusal(), replyTo);
      }
      case NextHost.Ask next -> ask(next.host(), owner, request, conflicts, replyTo);
    }
  }

  private NextHost next(EntityId owner, PlacementRequest request, Map<HostId, String> conflicts) {
    Optional<Refusal> kept =
        request.isGuestOf(area)
            ? AreaRoom.objectionToGuest(
                area, request.spec().resources(), inventory.offers(), keptFree)
            : Optional.empty();
    return kept.<NextHost>map(NextHost.None::new)
        .orElseGet(() ->
            NextHost.of(
                area,
                owner,
                request,
                inventory.offersFor(owner, request.wanted()),
                conflicts,
                moves));
  }

  /** No host of this area takes it; of a VM that may leave, the next area is asked. */
  private void notHere(
      EntityId owner, PlacementRequest request, Refusal refusal, ActorRef<Placement> replyTo) {
    Overflow.Step step =
        request
            .overflow()
            .map(way -> way.after(area, refusal, sight))
            .orElseGet(() -> new Overflow.Step.End(refusal));
    switch (step) {
      case Overflow.Step.End end ->
          replyTo.tell(new Placement.Refused(Optional.of(owner), end.refusal()));
      case Overflow.Step.Ask ask ->
          routes.tell(
              Scheduler.TYPE_KEY,
              ask.area().name(),
              new Command.TakeOverflow(
                  (VmId) owner,
                  request.spec(),
                  request.source(),
                  request.avoid(),
                  ask.way(),
                  replyTo));
    }
  }

  private void ask(
      HostId host,
      EntityId owner,
      PlacementRequest request,
      Map<HostId, String> conflicts,
      ActorRef<Placement> replyTo) {
    attempts.put(owner, new Attempt(owner, request, host, conflicts, replyTo));
    GuestSpec spec = request.spec();
    inventory.reserve(owner.text(), host, spec.resources());
    timers.startSingleTimer(owner.text(), new ClaimTimedOut(owner, host), CLAIM_TIMEOUT);
    routes.tell(
        Host.TYPE_KEY,
        host.text(),
        new Host.Command.Claim(owner, spec.resources(), spec.image(), spec.pin(), claimReplies));
  }

  void claimAnswered(ClaimReply reply) {
    if (reply instanceof ClaimReply.Claimed claimed) {
      inventory.put(claimed.offer());
    }
    Attempt attempt = attempts.get(reply.owner());
    if (attempt == null || !attempt.asked().equals(reply.host())) {
      return; // too late: the claim was given back when it timed out
    }
    inventory.settle(reply.owner().text());
    timers.cancel(reply.owner().text());
    switch (reply) {
      case ClaimReply.Claimed c -> {
        attempts.remove(c.owner());
        List<HostReason> refused =
            attempt.conflicts().entrySet().stream()
                .map(e -> new HostReason(e.getKey().text(), e.getValue()))
                .toList();
        attempt.replyTo().tell(new Placement.Placed(Optional.of(c.owner()), c.host(), refused));
      }
      case ClaimReply.Refused c -> {
        routes.tell(Host.TYPE_KEY, c.host().text(), new Host.Command.SendOffer());
        tryAfter(attempt, c.reason());
      }
    }
  }

  void claimTimedOut(ClaimTimedOut c) {
    Attempt attempt = attempts.get(c.owner());
    if (attempt != null && attempt.asked().equals(c.host())) {
      inventory.settle(c.owner().text());
      routes.tell(Host.TYPE_KEY, c.host().text(), new Host.Command.ReleaseClaim(c.owner()));
      tryAfter(attempt, "its entity did not answer within " + Spans.text(CLAIM_TIMEOUT));
    }
  }

  private void tryAfter(Attempt attempt, String reason) {
    Map<HostId, String> conflicts = new HashMap<>(attempt.conflicts());
    conflicts.put(attempt.asked(), reason);
    tryNext(attempt.owner(), attempt.request(), conflicts, attempt.replyTo());
  }

  /** Says who would be chosen; claims nothing. */
  void explain(Command.Explain c) {
    PlacementRequest request = new PlacementRequest(c.spec(), c.source(), c.wanted());
    List<HostOffer> offers = inventory.offers();
    Optional<HostId> best = PlacementEngine.rank(request, offers).stream().findFirst();
    c.replyTo()
        .tell(
            best.<Placement>map(h -> new Placement.Placed(Optional.empty(), h))
                .orElseGet(() ->
                    new Placement.Refused(
                        Optional.empty(),
                        PlacementEngine.refusal(area, request, offers, Map.of()))));
  }
}
