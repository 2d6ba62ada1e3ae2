package io.drover.actor.host;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.agent.AgentSession;
import io.drover.actor.api.HostView;
import io.drover.actor.host.HostState.Registered;
import io.drover.config.settings.EntitySettings;
import io.drover.config.units.EntityId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.slf4j.Logger;

/**
 * What a Host says, to its agent and to its peers; decides nothing. Not threadsafe: lives in one
 * actor.
 */
final class HostVoice {
  private final HostId host;
  private final HostPeers peers;
  private final ActorRef<Host.Need> needs;
  private final EntitySettings settings;
  private final Logger log;
  private long questions; // goes on when the entity recovers: so do the answers

  HostVoice(
      HostId host,
      HostPeers peers,
      ActorRef<Host.Need> needs,
      EntitySettings settings,
      Logger log) {
    this.host = host;
    this.peers = peers;
    this.needs = needs;
    this.settings = settings;
    this.log = log;
  }

  /** The first session stays: two machines under one name would both run its guests. */
  void refuseRival(AgentLink.Session first, Host.Command.AttachAgent second) {
    String reason =
        "host name %s is in use by another agent (incarnation %s)"
            .formatted(host, first.incarnation());
    log.warn("second agent refused host={} incarnation={}", host, second.hello().incarnation());
    second.session().tell(new AgentSession.Refused(reason, false));
  }

  /** For good: a person has to find the folder, or to look for the guests. */
  void refuseStranger(Host.Command.AttachAgent c, String objection) {
    log.error("agent without this host's grants refused host={} reason={}", host, objection);
    c.session().tell(new AgentSession.Refused(objection, true));
  }

  void welcome(
      Registered state,
      AgentLink link,
      Host.Command.AttachAgent c,
      boolean restarted,
      Instant at,
      Duration now) {
    if (!link.isCurrent(c.sessionId())) {
      dismiss(link, "replaced by a newer session of the same agent");
    }
    link.open(
        new AgentLink.Session(c.sessionId(), c.hello().incarnation(), c.session()),
        c.hello(),
        at,
        now);
    link.endpointsAre(c.endpoints());
    c.session()
        .tell(
            new AgentSession.Welcome(
                host,
                state.facts().controlEpoch(),
                settings.heartbeatInterval(),
                link.endpoints(),
                LeaseVoice.terms(state, link)));
    log.info(
        "agent attached host={} incarnation={} controlEpoch={} guests={}",
        host,
        c.hello().incarnation(),
        state.facts().controlEpoch(),
        c.hello().guests().size());
    deliver(state.facts().controlEpoch(), link);
    vmsOf(state, link)
        .forEach(vm -> peers.hostAttached(vm, host, c.hello().incarnation(), link.guest(vm)));
    if (restarted) {
      migrationsOf(state, link)
          .forEach(m -> peers.agentRestarted(m, host, c.hello().incarnation()));
    }
    offer(state, link);
    askOwners(state, link);
  }

  /** Says so when a session is not the current one. */
  void checkSession(Host.Command.CheckSession c, AgentLink link) {
    if (!link.isCurrent(c.sessionId())) {
      c.session().tell(new AgentSession.Refused("the controller of " + host + " has moved", false));
    }
  }

  /** Passes a newer list on to the agent. */
  void updateEndpoints(AgentSession.EndpointList endpoints, AgentLink link) {
    if (link.endpointsAre(endpoints)) {
      link.session()
          .ifPresent(open -> open.ref().tell(new AgentSession.UpdateEndpoints(endpoints)));
    }
  }

  /** Ends the session from our side; the gateway closes it. */
  void dismiss(AgentLink link, String reason) {
    link.session().ifPresent(s -> s.ref().tell(new AgentSession.Refused(reason, false)));
  }

  void agentLost(Registered state, AgentLink link) {
    log.warn("agent lost host={}", host);
    vmsOf(state, link).forEach(vm -> peers.hostDetached(vm, host));
    migrationsOf(state, link).forEach(m -> peers.agentLost(m, host));
  }

  /** Takes an order, or says why not. */
  void instruct(Registered state, Host.Command.Instruct c, AgentLink link, Duration now) {
    Optional<String> objection =
        link.orders.isFull()
            ? Optional.of("%d orders wait already (limit)".formatted(OrderBook.ORDER_LIMIT))
            : LeaseRules.objection(state, c.order());
    if (objection.isPresent()) {
      c.replyTo().tell(unanswered(host, c.orderId(), objection.get(), false));
      return;
    }
    for (OrderBook.Pending p : link.orders.takeReplacedBy(c.orderId(), c.order())) {
      p.replyTo().tell(unanswered(host, p.orderId(), "replaced by " + c.orderId(), p.delivered()));
    }
    link.orders.put(c.orderId(), c.order(), now.plus(c.deadline()), c.replyTo());
    deliver(state.facts().controlEpoch(), link);
  }

  /** Tells who waits for an order that its time is up, and delivers what comes next. */
  void expireOrders(Registered state, AgentLink link, Duration now) {
    for (OrderBook.Pending p : link.orders.takeExpired(now)) {
      p.replyTo()
          .tell(unanswered(host, p.orderId(), "its agent did not answer in time", p.delivered()));
    }
    deliver(state.facts().controlEpoch(), link);
  }

  static OrderOutcome unanswered(HostId host, String orderId, String reason, boolean delivered) {
    return new OrderOutcome.Unanswered(host, orderId, host + ": " + reason, delivered);
  }

  private void deliver(Epoch controlEpoch, AgentLink link) {
    link.session()
        .ifPresent(session ->
            link.orders
                .takeDeliverable()
                .forEach(p ->
                    session
                        .ref()
                        .tell(new AgentSession.Deliver(p.orderId(), controlEpoch, p.order()))));
  }

  /** Passes on what the agent said to whom it concerns. */
  void pass(AgentReport report, Registered state, AgentLink link, Instant now) {
    switch (report) {
      case AgentReport.Hello _ -> log.warn("a second Hello on one session host={}", host);
      case AgentReport.Heartbeat _ -> {} // says nothing of guests
      case AgentReport.OrderResult r -> answer(r, state, link, now);
      case AgentReport.GuestChanged r -> {
        link.guestIs(r.guest());
        peers.guestReported(r.guest().vm(), host, r.guest());
      }
      case AgentReport.RoundReported r -> peers.migrationReported(r.migration(), host, r);
      case AgentReport.TransferFailed r -> peers.migrationReported(r.migration(), host, r);
      case AgentReport.TargetReady r -> peers.migrationReported(r.migration(), host, r);
    }
  }

  private void answer(
      AgentReport.OrderResult result, Registered state, AgentLink link, Instant now) {
    link.orders
        .answered(result.orderId())
        .ifPresent(p -> {
          remember(p.order(), result.outcome(), link, now);
          p.replyTo().tell(new OrderOutcome.Answered(host, result.orderId(), result.outcome()));
          if (p.order() instanceof AgentOrder.AbortMigration abort
              && result.outcome() instanceof Outcome.Done) {
            askAboutLeftovers(state, abort.migration(), link);
          }
        });
    deliver(state.facts().controlEpoch(), link);
  }

  private static void remember(AgentOrder order, Outcome outcome, AgentLink link, Instant now) {
    switch (outcome) {
      case Outcome.Guest o -> link.guestIs(o.status());
      case Outcome.GuestVerified o -> link.guestIs(o.status());
      case Outcome.Done _ when order instanceof AgentOrder.RemoveGuest remove ->
          link.guestRemoved(remove.vm(), remove.runEpoch());
      case Outcome.Done _ when order instanceof AgentOrder.StopGuest stop ->
          link.guestRemoved(stop.vm(), stop.runEpoch());
      case Outcome.Done _ when order instanceof AgentOrder.AbortMigration abort ->
          link.incomingOf(abort.migration())
              .ifPresent(g -> link.guestRemoved(g.vm(), g.runEpoch()));
      case Outcome.Done _ when order instanceof AgentOrder.RunGuest run ->
          link.guestIs(running(run, now));
      case Outcome.Done _,
          Outcome.Failed _,
          Outcome.Console _,
          Outcome.TargetPrepared _,
          Outcome.SourceStopped _ -> {}
    }
  }

  /** What {@code Done} says of a guest, until the agent says more. */
  private static GuestStatus running(AgentOrder.RunGuest run, Instant now) {
    return new GuestStatus(
        run.vm(), run.runEpoch(), GuestState.RUNNING, "", "", Optional.empty(), Map.of(), now);
  }

  void reportGuest(VmId vm, AgentLink.Session session, AgentLink link) {
    peers.hostAttached(vm, host, session.incarnation(), link.guest(vm));
  }

  void askOwners(Registered state, AgentLink link) {
    state.facts().claims().forEach(claim -> askOwner(ownerOf(claim), link));
  }

  /** Says again what came in: a migration that is over may have left it here without a claim. */
  void reportIncoming(AgentLink link) {
    link.guests().stream()
        .filter(g -> g.state() == GuestState.INCOMING)
        .forEach(g -> peers.guestReported(g.vm(), host, g));
  }

  void askOwner(EntityId owner, AgentLink link) {
    questions++;
    link.asks(owner, questions);
    peers.askNeed(owner, host, questions, needs);
  }

  /** The agent has cleaned up: a migration that ended without it may have left its claim. */
  private void askAboutLeftovers(Registered state, MigrationId migration, AgentLink link) {
    if (state.facts().claimOf(migration).isPresent()) {
      askOwner(migration, link);
    }
  }

  void offer(Registered state, AgentLink link) {
    peers.offered(HostViews.offer(host, state, link));
  }

  private static Set<VmId> vmsOf(Registered state, AgentLink link) {
    Set<VmId> vms = new LinkedHashSet<>();
    state.facts().claims().stream()
        .map(HostVoice::ownerOf)
        .forEach(owner -> {
          if (owner instanceof VmId vm) {
            vms.add(vm);
          }
        });
    link.guests().forEach(g -> vms.add(g.vm()));
    return vms;
  }

  private static Set<MigrationId> migrationsOf(Registered state, AgentLink link) {
    Set<MigrationId> migrations = new LinkedHashSet<>();
    state.facts().claims().stream()
        .map(HostVoice::ownerOf)
        .forEach(owner -> {
          if (owner instanceof MigrationId migration) {
            migrations.add(migration);
          }
        });
    link.guests().forEach(g -> g.migration().ifPresent(migrations::add));
    return migrations;
  }

  static EntityId ownerOf(HostView.Claim claim) {
    return claim.owner().startsWith("vm-")
        ? VmId.parse(claim.owner())
        : MigrationId.parse(claim.owner());
  }
}
