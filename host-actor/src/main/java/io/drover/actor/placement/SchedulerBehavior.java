package io.drover.actor.placement;

import io.drover.actor.Routes;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.Refusal.HostReason;
import io.drover.actor.area.Area;
import io.drover.actor.host.Host;
import io.drover.actor.host.Host.ClaimReply;
import io.drover.actor.host.HostOffer;
import io.drover.actor.placement.Scheduler.Command;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.config.settings.MoveSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.EntityId;
import io.drover.config.units.HostId;
import io.drover.config.units.Spans;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** How a {@link Scheduler} works. */
final class SchedulerBehavior extends AbstractBehavior<Command> {
  /** Requests that wait until the inventory is there. */
  static final int WAITING_LIMIT = 1000;

  private static final Duration AREA_RETRY = Duration.ofSeconds(1);
  private static final Duration CLAIM_TIMEOUT = Duration.ofSeconds(2);

  /** For all VMs of a lost host to ask; what is placed first is then the most important. */
  private static final Duration GATHER = Duration.ofMillis(200);

  private static final Duration POST_INTERVAL = Duration.ofSeconds(5);

  /** What a scheduler says to itself. */
  sealed interface Internal extends Command {
    record AreaAnswered(Area.Reply reply) implements Internal {}

    record AskArea() implements Internal {}

    record InventoryTimedOut() implements Internal {}

    record ClaimAnswered(ClaimReply reply) implements Internal {}

    record ClaimTimedOut(EntityId owner, HostId host) implements Internal {}

    /** Enough VMs of lost hosts are gathered. */
    record RestartsDue() implements Internal {}

    /** Time to tell other areas who could vouch for their hosts. */
    record PostWitnesses() implements Internal {}
  }

  /** A placement under way: one host at a time is asked. */
  private record Attempt(
      EntityId owner,
      PlacementRequest request,
      HostId asked,
      Map<HostId, String> conflicts,
      ActorRef<Placement> replyTo) {}

  private final AreaId area;
  private final Routes routes;
  private final MoveSettings budget;
  private final LossDesk losses;
  private final TimerScheduler<Command> timers;
  private final ActorRef<Area.Reply> areaReplies;
  private final ActorRef<ClaimReply> claimReplies;
  private final Inventory inventory = new Inventory();
  private final Map<EntityId, Attempt> attempts = new HashMap<>();
  private final Queue<Command> waiting = new ArrayDeque<>();
  private final Set<HostId> missing = new HashSet<>();
  private boolean listed;
  private boolean ready;

  static Behavior<Command> create(AreaId area, Scheduler.Ports ports) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new SchedulerBehavior(area, ports, context, timers)));
  }

  private SchedulerBehavior(
      AreaId area,
      Scheduler.Ports ports,
      ActorContext<Command> context,
      TimerScheduler<Command> timers) {
    super(context);
    this.area = area;
    this.routes = ports.routes();
    this.budget = ports.moves();
    this.timers = timers;
    this.losses = new LossDesk(area, ports);
    this.areaReplies = context.messageAdapter(Area.Reply.class, Internal.AreaAnswered::new);
    this.claimReplies = context.messageAdapter(ClaimReply.class, Internal.ClaimAnswered::new);
    timers.startSingleTimer(new Internal.InventoryTimedOut(), ports.settings().inventoryTimeout());
    timers.startTimerWithFixedDelay(new Internal.PostWitnesses(), POST_INTERVAL);
    askArea();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::receive).build();
  }

  private Behavior<Command> receive(Command command) {
    switch (command) {
      case Command.HostOffered c -> offered(c.offer());
      case Command.PlaceVm c -> whenReady(c, () -> place(c));
      case Command.SelectTarget c -> whenReady(c, () -> place(c));
      case Command.Explain c -> whenReady(c, () -> explain(c));
      case Command.RestartVm c -> {
        losses.restart(c);
        gatherRestarts();
      }
      case Command.FindWitnesses c -> losses.findWitnesses(c);
      case Command.JudgeLoss c -> whenReady(c, () -> losses.judge(c));
      case Command.DescribeLosses c -> losses.describe(c);
      case Internal.RestartsDue _ -> whenReady(command, this::restartNext);
      case Internal.PostWitnesses _ -> losses.postWitnesses();
      case Internal.AreaAnswered c -> areaAnswered(c.reply());
      case Internal.AskArea _ -> askArea();
      case Internal.InventoryTimedOut _ -> becomeReady();
      case Internal.ClaimAnswered c -> claimAnswered(c.reply());
      case Internal.ClaimTimedOut c -> claimTimedOut(c);
    }
    return this;
  }

  private void askArea() {
    if (!listed) {
      routes.tell(Area.TYPE_KEY, area.name(), new Area.Request.Get(areaReplies));
      timers.startSingleTimer(new Internal.AskArea(), AREA_RETRY);
    }
  }

  private void areaAnswered(Area.Reply reply) {
    switch (reply) {
      case Area.Reply.Shown shown when !listed -> {
        listed = true;
        for (HostId host : shown.hosts()) {
          if (!inventory.knows(host)) {
            missing.add(host);
            routes.tell(Host.TYPE_KEY, host.text(), new Host.Command.SendOffer());
          }
        }
        becomeReadyWhenComplete();
      }
      case Area.Reply.Shown _, Area.Reply.HostIs _ -> {}
      case Area.Reply.Refused _ -> {} // not defined yet: a node of the area will; asked again
    }
  }

  private void offered(HostOffer offer) {
    inventory.put(offer);
    losses.offered(offer);
    missing.remove(offer.host());
    becomeReadyWhenComplete();
  }

  private void becomeReadyWhenComplete() {
    if (listed && missing.isEmpty()) {
      becomeReady();
    }
  }

  private void becomeReady() {
    if (!ready) {
      ready = true;
      getContext().getLog().info("inventory ready area={} missing={}", area, missing.size());
      while (!waiting.isEmpty()) {
        receive(waiting.remove());
      }
    }
  }

  private void whenReady(Command command, Runnable work) {
    if (ready) {
      work.run();
    } else if (waiting.size() < WAITING_LIMIT) {
      waiting.add(command);
    } else {
      refuseBusy(command);
    }
  }

  private void refuseBusy(Command command) {
    Refusal busy =
        Refusal.of(
            Refusal.Kind.UNAVAILABLE,
            "the scheduler of area %s starts and %d requests wait (limit)"
                .formatted(area, WAITING_LIMIT));
    switch (command) {
      case Command.PlaceVm c -> c.replyTo().tell(new Placement.Refused(Optional.of(c.vm()), busy));
      case Command.SelectTarget c ->
          c.replyTo().tell(new Placement.Refused(Optional.of(c.migration()), busy));
      case Command.Explain c -> c.replyTo().tell(new Placement.Refused(Optional.empty(), busy));
      case Command.JudgeLoss c -> c.replyTo().tell(new Host.Leave(false, busy.detail()));
      case Internal.RestartsDue _ -> gatherRestarts();
      case Command.HostOffered _,
          Command.RestartVm _,
          Command.FindWitnesses _,
          Command.DescribeLosses _,
          Internal _ -> {} // never wait
    }
  }

  private void restartNext() {
    losses
        .takeRestarts()
        .forEach(c ->
            place(
                c.vm(),
                new PlacementRequest(c.spec(), Optional.of(c.lost()), Optional.empty()),
                c.replyTo()));
    gatherRestarts();
  }

  private void gatherRestarts() {
    if (losses.hasRestarts() && !timers.isTimerActive(GATHER)) {
      timers.startSingleTimer(GATHER, new Internal.RestartsDue(), GATHER);
    }
  }

  private void place(Command.PlaceVm c) {
    place(c.vm(), new PlacementRequest(c.spec(), Optional.empty(), c.wanted()), c.replyTo());
  }

  private void place(Command.SelectTarget c) {
    place(
        c.migration(),
        new PlacementRequest(c.spec(), Optional.of(c.source()), c.wanted(), c.avoid()),
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
    switch (NextHost.of(
        area, owner, request, inventory.offersFor(owner, request.wanted()), conflicts, budget)) {
      case NextHost.None none -> {
        attempts.remove(owner);
        replyTo.tell(new Placement.Refused(Optional.of(owner), none.refusal()));
      }
      case NextHost.Ask next -> ask(next.host(), owner, request, conflicts, replyTo);
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
    timers.startSingleTimer(owner.text(), new Internal.ClaimTimedOut(owner, host), CLAIM_TIMEOUT);
    routes.tell(
        Host.TYPE_KEY,
        host.text(),
        new Host.Command.Claim(owner, spec.resources(), spec.image(), spec.pin(), claimReplies));
  }

  private void claimAnswered(ClaimReply reply) {
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

  private void claimTimedOut(Internal.ClaimTimedOut c) {
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

  private void explain(Command.Explain c) {
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
