package io.drover.actor.vm;

import io.drover.actor.agent.AgentReport.FailureCode;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.host.OrderOutcome;
import io.drover.actor.vm.GuestRules.Verdict;
import io.drover.actor.vm.Profile.Grant;
import io.drover.actor.vm.Vm.Event;
import io.drover.actor.vm.Vm.FromHost;
import io.drover.actor.vm.VmState.Absent;
import io.drover.actor.vm.VmState.Deleted;
import io.drover.actor.vm.VmState.Failed;
import io.drover.actor.vm.VmState.Granted;
import io.drover.actor.vm.VmState.Running;
import io.drover.actor.vm.VmState.Settling;
import io.drover.actor.vm.VmState.Starting;
import io.drover.actor.vm.VmState.Stopped;
import io.drover.actor.vm.VmState.Stopping;
import io.drover.actor.vm.VmState.UnderMigration;
import io.drover.config.settings.EntitySettings;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives reality towards what a VM's journal says: hears hosts, orders what is missing, and names
 * the event that reality asks for. Holds what is not journaled. Not threadsafe: lives in one actor.
 */
final class VmReality {
  /** Tries to stop a guest; then the operation fails until it is asked for again. */
  static final int STOP_LIMIT = 5;

  private static final Logger log = LoggerFactory.getLogger(VmReality.class);

  private final VmOrders orders;
  private final VmPeers peers;
  private final EntitySettings settings;
  private final InstantSource clock;
  private final Runnable retryLater;
  private final Runnable lookLater;
  private final Sightings sightings = new Sightings();
  private final LeaseWait leaseWait = new LeaseWait();
  private Epoch clearedFor = Epoch.NONE;
  private int stopAttempts;

  /**
   * Knows nothing yet.
   *
   * @param retryLater has {@link #act} called again after a while
   * @param lookLater has {@link #look} called after a longer while, counted from the last call
   */
  VmReality(
      VmOrders orders,
      VmPeers peers,
      EntitySettings settings,
      InstantSource clock,
      Runnable retryLater,
      Runnable lookLater) {
    this.orders = orders;
    this.peers = peers;
    this.settings = settings;
    this.clock = clock;
    this.retryLater = retryLater;
    this.lookLater = lookLater;
  }

  Sightings sightings() {
    return sightings;
  }

  LeaseWait leaseWait() {
    return leaseWait;
  }

  /** The owner wants something: what could not be stopped before is tried again. */
  void tryAgain() {
    stopAttempts = Math.min(stopAttempts, 1); // not 0: the first order is answered from memory
  }

  /** After a recovery, and when a migration is over: how is the guest? */
  void askAfterGuest(VmState state) {
    if (state instanceof Granted s) {
      orders.askAfterGuest(s.grant().host());
    }
  }

  /**
   * Nothing was heard for long: words between entities may be lost, and another incarnation of this
   * one may have written. Whatever comes back is compared with what is thought, and a write that
   * comes second finds out.
   */
  void look(VmState state) {
    boolean gaveUp = state instanceof Stopping && stopAttempts >= STOP_LIMIT;
    if (!gaveUp) {
      act(state);
      askAfterGuest(state);
    }
  }

  void releaseClaim(HostId host) {
    orders.releaseClaim(host);
  }

  Optional<Event> reported(VmState state, FromHost.GuestReported c) {
    sightings.reported(c.host(), c.guest());
    return heard(state, c.host(), GuestRules.seen(state, c.host(), c.guest(), false));
  }

  Optional<Event> attached(VmState state, FromHost.HostAttached c) {
    boolean restarted = sightings.attached(c.host(), c.incarnation(), c.guest());
    tryAgain();
    return heard(
        state,
        c.host(),
        c.guest()
            .map(g -> GuestRules.seen(state, c.host(), g, true))
            .orElseGet(() -> GuestRules.missing(state, c.host(), restarted)));
  }

  private Optional<Event> heard(VmState state, HostId host, Verdict verdict) {
    return leaseWait.isLeaving(state, host) ? Optional.empty() : apply(state, verdict);
  }

  void detached(HostId host) {
    sightings.detached(host);
  }

  /** Its host is lost, and this is why it is not elsewhere yet. */
  void lost(HostId host, String trouble) {
    sightings.lost(host, trouble);
  }

  /** The event that an order's end asks for. */
  Optional<Event> orderEnded(VmState state, OrderOutcome outcome) {
    if (!(state instanceof Granted s) || !s.grant().host().equals(outcome.host())) {
      return Optional.empty(); // of an earlier grant, or of a clean-up that a new session repeats
    }
    boolean run = outcome.orderId().equals(orders.runId(s.grant()));
    boolean clear = outcome.orderId().equals(orders.clearId(s.grant()));
    boolean stop = s instanceof Stopping && orders.isStop(outcome.orderId(), s.grant());
    if (!run && !clear && !stop) {
      return Optional.empty();
    }
    return switch (outcome) {
      case OrderOutcome.Unanswered o -> retry(s, o.reason());
      case OrderOutcome.Answered o when run -> ran(s, o);
      case OrderOutcome.Answered o when stop -> stopped((Stopping) s, o);
      case OrderOutcome.Answered _ -> {
        clearedFor = s.grant().runEpoch();
        act(state);
        yield Optional.empty();
      }
    };
  }

  /** Has {@link #act} called again after a while. */
  void tryLater() {
    retryLater.run();
  }

  private Optional<Event> retry(Granted state, String reason) {
    log.warn("order unanswered vm={} reason={}", state.vm().id(), reason);
    tryLater();
    return Optional.empty();
  }

  private Optional<Event> ran(Granted state, OrderOutcome.Answered answer) {
    boolean awaited = state instanceof Starting || (state instanceof Settling s && !s.confirmed());
    if (!awaited || leaseWait.isLeaving(state, answer.host())) {
      return Optional.empty();
    }
    return switch (answer.outcome()) {
      case Outcome.Done _ -> apply(state, new Verdict.Runs());
      case Outcome.Guest o -> {
        sightings.reported(answer.host(), o.status());
        yield apply(state, GuestRules.seen(state, answer.host(), o.status(), false));
      }
      case Outcome.Failed o when o.code() == FailureCode.LEASE_NOT_HELD -> {
        leaseWait.refused(state.grant(), clock.instant());
        yield retry(state, o.detail());
      }
      case Outcome.Failed o ->
          apply(state, GuestRules.startFailed(state.grant(), o.code() + " " + o.detail()));
      case Outcome.Console _,
          Outcome.TargetPrepared _,
          Outcome.SourceStopped _,
          Outcome.GuestVerified _ ->
          Optional.empty();
    };
  }

  private Optional<Event> stopped(Stopping state, OrderOutcome.Answered answer) {
    boolean failed =
        answer.outcome() instanceof Outcome.Failed f
            && f.code() != FailureCode.NO_SUCH_GUEST
            && f.code() != FailureCode.STALE_RUN_EPOCH;
    if (!failed) {
      return apply(state, new Verdict.Gone());
    }
    stopAttempts++;
    String reason = answer.outcome().toString();
    return stopAttempts < STOP_LIMIT
        ? retry(state, reason)
        : Optional.of(RequestRules.stuck(state, reason, clock.instant()));
  }

  private Optional<Event> apply(VmState state, Verdict verdict) {
    switch (verdict) {
      case Verdict.Nothing _ -> {}
      case Verdict.Runs _ -> {
        Grant grant = ((Granted) state).grant();
        return Optional.of(new Event.Started(grant.runEpoch(), clock.instant()));
      }
      case Verdict.Lost v -> {
        return Optional.of(GuestRules.lost((Granted) state, v, settings, clock.instant()));
      }
      case Verdict.Gone _ -> {
        return Optional.of(RequestRules.gone((Stopping) state, clock.instant()));
      }
      case Verdict.Repeat _ -> act(state);
      case Verdict.Resume _ -> {
        Granted s = (Granted) state;
        orders.resume(s.grant(), s.vm().spec());
      }
      case Verdict.Remove v -> orders.cleanUp(v);
      case Verdict.Pause v -> {
        log.error("guest without a grant paused host={} runEpoch={}", v.host(), v.runEpoch());
        orders.cleanUp(v);
      }
      case Verdict.Discard v -> orders.cleanUp(v);
      case Verdict.GiveUp v -> peers.cancelMigration(v.migration(), v.reason());
    }
    return Optional.empty();
  }

  /** What the state wants done. Also run after recovery: every step may be repeated. */
  void act(VmState state) {
    if (state instanceof Granted) {
      lookLater.run();
    }
    switch (state) {
      case Starting s when leaseWait.isLeaving(s, s.grant().host()) -> orders.leave(s.grant());
      case Starting s -> run(s);
      case Settling s when !s.confirmed() -> run(s);
      case Stopping s when stopAttempts < STOP_LIMIT ->
          orders.stop(
              s.grant(),
              s.vm().pending().map(Profile.Pending::grace).orElse(Duration.ZERO),
              stopAttempts);
      case UnderMigration s when RequestRules.cancelsMigration(s) ->
          peers.cancelMigration(s.migration(), "the VM is to " + s.vm().pending().get().work());
      case Failed s ->
          s.vm()
              .grant()
              .ifPresent(g -> {
                orders.remove(g.host(), g.runEpoch());
                orders.releaseClaim(g.host());
              });
      case Stopped s -> s.vm().grant().ifPresent(g -> orders.releaseClaim(g.host()));
      case Deleted s -> s.vm().grant().ifPresent(g -> orders.releaseClaim(g.host()));
      case Absent _, Running _, Stopping _, UnderMigration _ -> {}
    }
  }

  /**
   * After the switchover a migration may wait for an operator, who is to save the source's copy of
   * the guest. Says that nobody needs it, where the VM is to stop, to boot anew or to go, and work
   * that waits for the end of the migration would wait for ever.
   */
  void discardCopy(VmState state, MigrationId migration) {
    boolean unwanted =
        state instanceof Deleted
            || state instanceof Stopped
            || (state instanceof Settling s && s.vm().pending().isPresent());
    if (unwanted) {
      peers.cancelMigration(migration, "its owner does not need the guest that was moved");
    }
  }

  private void run(Granted state) {
    Grant grant = state.grant();
    if (grant.replaces() && !clearedFor.equals(grant.runEpoch())) {
      orders.clear(grant);
    } else {
      orders.run(grant, state.vm().spec());
    }
  }
}
