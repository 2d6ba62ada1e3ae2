package io.drover.actor.placement;

import io.drover.actor.Routes;
import io.drover.actor.api.ArmingView;
import io.drover.actor.api.Refusal;
import io.drover.actor.area.Area;
import io.drover.actor.area.FleetSight;
import io.drover.actor.host.ClaimReply;
import io.drover.actor.host.Host;
import io.drover.actor.host.HostOffer;
import io.drover.actor.placement.Scheduler.Command;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.config.units.AreaId;
import io.drover.config.units.EntityId;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashSet;
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

  /** For all VMs of a lost host to ask; what is placed first is then the most important. */
  private static final Duration GATHER = Duration.ofMillis(200);

  /** What a scheduler says to itself. */
  sealed interface Internal extends Command {
    record AreaAnswered(Area.Reply reply) implements Internal {}

    record AskArea() implements Internal {}

    record InventoryTimedOut() implements Internal {}

    record ClaimAnswered(ClaimReply reply) implements Internal {}

    record ClaimTimedOut(EntityId owner, HostId host) implements Internal {}

    /** Enough VMs of lost hosts are gathered. */
    record RestartsDue() implements Internal {}

    /**
     * Time to tell other areas who could vouch for their hosts, and whether lost ones are fenced.
     */
    record Post() implements Internal {}

    record ArmingSeen(ArmingView arming) implements Internal {}
  }

  private final AreaId area;
  private final Routes routes;
  private final SchedulerPeers peers;
  private final LossDesk losses;
  private final TimerScheduler<Command> timers;
  private final ActorRef<Area.Reply> areaReplies;
  private final ActorRef<ArmingView> armings;
  private final FleetSight sight;
  private final Inventory inventory = new Inventory();
  private final Placements placements;
  private final Homecoming homecoming;
  private final InstantSource clock;
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
    this.peers = ports.peers();
    this.timers = timers;
    this.losses = new LossDesk(area, ports);
    this.homecoming = new Homecoming(area, ports.workloadBurst(), ports.moves());
    this.clock = ports.clock();
    this.sight = ports.sight();
    this.armings = context.messageAdapter(ArmingView.class, Internal.ArmingSeen::new);
    this.areaReplies = context.messageAdapter(Area.Reply.class, Internal.AreaAnswered::new);
    this.placements =
        new Placements(
            area,
            ports,
            inventory,
            timers,
            context.messageAdapter(ClaimReply.class, Internal.ClaimAnswered::new));
    timers.startSingleTimer(new Internal.InventoryTimedOut(), ports.settings().inventoryTimeout());
    timers.startTimerWithFixedDelay(new Internal.Post(), FleetSight.ALARM_INTERVAL);
    askArea();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::receive).build();
  }

  private Behavior<Command> receive(Command command) {
    switch (command) {
      case Command.HostOffered c -> offered(c.offer());
      case Command.PlaceVm c -> whenReady(c, () -> placements.place(c));
      case Command.SelectTarget c -> whenReady(c, () -> placements.place(c));
      case Command.TakeOverflow c -> whenReady(c, () -> placements.place(c));
      case Command.WantsHome c ->
          whenReady(
              c, () -> c.replyTo().tell(homecoming.judge(c, inventory.offers(), clock.instant())));
      case Command.Explain c -> whenReady(c, () -> placements.explain(c));
      case Command.RestartVm c -> {
        losses.restart(c);
        gatherRestarts();
      }
      case Command.FindWitnesses c -> losses.findWitnesses(c);
      case Command.JudgeLoss c -> whenReady(c, () -> losses.judge(c));
      case Command.DescribeLosses c -> losses.describe(c);
      case Internal.RestartsDue _ -> whenReady(command, this::restartNext);
      case Internal.Post _ -> post();
      case Internal.ArmingSeen c -> sight.raise(area, "fencing", c.arming().alarms());
      case Internal.AreaAnswered c -> areaAnswered(c.reply());
      case Internal.AskArea _ -> askArea();
      case Internal.InventoryTimedOut _ -> becomeReady();
      case Internal.ClaimAnswered c -> placements.claimAnswered(c.reply());
      case Internal.ClaimTimedOut c -> placements.claimTimedOut(c);
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
    if (!offer.isExpectedBack()) {
      missing.remove(offer.host());
    }
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
      case Command.TakeOverflow c ->
          c.replyTo().tell(new Placement.Refused(Optional.of(c.vm()), busy));
      case Command.WantsHome c ->
          c.replyTo().tell(new Scheduler.HomeReply.NotYet(c.vm(), busy.detail()));
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

  private void post() {
    losses.postWitnesses();
    sight.raise(area, "leases", losses.alarms());
    peers.askArming(area, armings);
  }

  private void restartNext() {
    losses.takeRestarts().forEach(placements::place);
    gatherRestarts();
  }

  private void gatherRestarts() {
    if (losses.hasRestarts() && !timers.isTimerActive(GATHER)) {
      timers.startSingleTimer(GATHER, new Internal.RestartsDue(), GATHER);
    }
  }
}
