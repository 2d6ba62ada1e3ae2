package io.drover.agent.witness;

import io.drover.agent.guard.BootClock;
import io.drover.agent.guard.Guard;
import io.drover.agent.guard.GuardProcess;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.LeasedGuest;
import io.drover.agent.guest.RunPermit;
import io.drover.agent.lease.Lease;
import io.drover.agent.lease.LeaseTerms;
import io.drover.agent.lease.WitnessList.Witness;
import io.drover.agent.store.AgentStore;
import io.drover.agent.store.StoreException;
import io.drover.agent.supervision.HostLease;
import io.drover.agent.witness.ArmedDeadline.State;
import io.drover.config.settings.SettingsException;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.LeaseStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this host's lease: asks its witnesses every second, tells the guard until when guests may
 * run, and says whether they may.
 *
 * <pre>
 *   NONE ──first majority──▶ HELD ──no majority──▶ STOPPING ──deadline──▶ OVER
 *                             ▲                       │                    │
 *                             └───────majority────────┴── guests are gone ─┘
 * </pre>
 *
 * It goes on asking for ever, under the terms that are on disk; a revoked lease just gets no
 * vouches.
 */
public final class LeaseKeeper implements HostLease, AutoCloseable {
  /** Six times within the usual time to live. */
  static final Duration ASK_INTERVAL = Duration.ofSeconds(1);

  static final Duration LOOK_INTERVAL = Duration.ofMillis(200);

  /** A guard that was just started has its first round soon. */
  private static final Duration QUICK_LOOK = Duration.ofMillis(20);

  private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

  private final AgentStore store;
  private final Guard guard;
  private final ArmedDeadline armed;
  private final RunPermit permit;
  private final LongSupplier clock;
  private final LeaseThread thread;
  private volatile LeaseView view = LeaseView.NONE;
  private volatile Runnable onChange = () -> {};
  // All below belongs to the thread.
  private final Lease lease = new Lease();
  private final Witnesses witnesses;
  private String problem = "";
  private boolean started;
  private boolean looksSoon;
  private boolean left;

  /**
   * What a keeper needs of its host.
   *
   * @param clock nanoseconds since the host booted, those in which it was suspended included
   * @param thread one; ended with the keeper
   */
  public record Ports(
      Guard.Opener guard,
      LongSupplier clock,
      Witnesses witnesses,
      ScheduledExecutorService thread) {}

  private LeaseKeeper(AgentStore store, Ports ports) throws IOException {
    this.store = store;
    this.clock = ports.clock();
    this.witnesses = ports.witnesses();
    this.thread = new LeaseThread(ports.thread());
    this.guard = ports.guard().open(() -> thread.execute(this::look));
    this.armed = new ArmedDeadline(guard);
    this.permit = () -> clock.getAsLong() < armed.stopNs();
  }

  /**
   * Goes on where an earlier agent stopped: its guard and its guests are there, and its terms are
   * in the store. To be called before anything else is done with guests.
   *
   * @param directory in memory; of this agent alone
   * @throws IOException when it cannot be used
   */
  public static LeaseKeeper open(AgentStore store, Path directory) throws IOException {
    return open(
        store,
        new Ports(
            onEnd -> GuardProcess.open(directory, onEnd),
            BootClock::nowNs,
            new WitnessChannels(),
            LeaseThread.start()));
  }

  /** The same on another host than this machine: a simulation has its own clock and guard. */
  public static LeaseKeeper open(AgentStore store, Ports ports) throws IOException {
    LeaseKeeper keeper = new LeaseKeeper(store, ports);
    keeper.restore();
    return keeper;
  }

  private void restore() {
    Optional<LeaseTerms> stored = store.lease();
    stored.ifPresent(terms -> lease.restore(terms, armed.deadline().orElse(null)));
    show(clock.getAsLong()); // nobody may start a guest before this is known
    if (stored.isPresent() || armed.deadline().isPresent()) {
      start();
    }
  }

  /** From now on there is something to look after. */
  private void start() {
    if (!started) {
      started = true;
      thread.repeat(this::ask, ASK_INTERVAL);
      thread.repeat(this::look, LOOK_INTERVAL);
    }
  }

  /** Told, on the lease's thread, when the status is another than before; must not block. */
  public void onChange(Runnable listener) {
    onChange = listener;
  }

  // ---- what the control plane says

  /** Terms from a session; in force once they are on disk. */
  public void offer(String host, io.drover.protocol.v1.LeaseTerms offered) {
    if (offered.getLeaseEpoch() > 0) {
      thread.execute(() -> accept(host, offered));
    }
  }

  private void accept(String host, io.drover.protocol.v1.LeaseTerms offered) {
    try {
      LeaseTerms terms = LeaseMessages.terms(host, offered);
      if (!lease.isNews(terms)) {
        return;
      }
      store.save(terms);
      lease.accept(terms);
      LOG.atInfo()
          .addKeyValue("leaseEpoch", terms.epoch())
          .addKeyValue("witnesses", terms.witnesses())
          .log("lease terms adopted");
    } catch (IllegalArgumentException | SettingsException e) {
      LOG.atWarn().addKeyValue("reason", e.getMessage()).log("lease terms make no sense");
      return;
    } catch (StoreException e) {
      LOG.atError().addKeyValue("reason", e.getMessage()).log("lease terms cannot be kept");
      return;
    }
    start();
    ask();
    look();
  }

  /** What every heartbeat says. Any thread. */
  public LeaseStatus status() {
    return view.status(armed.atNs() - clock.getAsLong());
  }

  // ---- witnesses

  private void ask() {
    Optional<LeaseTerms> asked = lease.terms().filter(LeaseTerms::isAsked);
    witnesses.retain(
        asked.stream()
            .flatMap(terms -> terms.witnesses().stream())
            .map(Witness::endpoint)
            .collect(Collectors.toSet()));
    asked.ifPresent(terms -> {
      for (Witness witness : terms.witnesses()) {
        long sentNs = clock.getAsLong();
        witnesses.vouch(
            witness.endpoint(),
            LeaseMessages.ask(terms),
            () -> thread.execute(() -> vouched(witness, terms, sentNs)));
      }
    });
  }

  private void vouched(Witness witness, LeaseTerms terms, long sentNs) {
    OptionalLong before = lease.deadlineNs();
    lease.vouched(witness.id(), terms.epoch(), sentNs);
    if (!lease.deadlineNs().equals(before)) {
      look();
    }
  }

  // ---- the guard

  private void look() {
    if (left) {
      return; // a late vouch, or the end of the guard: neither is a reason to start another one
    }
    long nowNs = clock.getAsLong();
    try {
      armed.look(nowNs);
      Optional<LeaseTerms> terms = lease.terms();
      if (terms.isPresent() && !terms.get().isAsked()) {
        armed.disarm(nowNs);
      } else if (terms.isPresent() && lease.deadline().isPresent()) {
        armed.extend(lease.deadline().get(), terms.get().ttl(), nowNs);
      }
      problem = "";
    } catch (IOException e) {
      if (!problem.equals(e.toString())) { // once, not five times a second
        LOG.atError().setCause(e).log("the lease cannot be guarded");
      }
      problem = e.toString();
    }
    if (armed.state(nowNs) == State.UNGUARDED && !looksSoon) {
      looksSoon = true;
      thread.after(QUICK_LOOK, this::lookSoon);
    }
    show(nowNs);
  }

  private void lookSoon() {
    looksSoon = false;
    look();
  }

  private void show(long nowNs) {
    LeaseView before = view;
    LeaseView now = LeaseView.of(lease, armed, nowNs);
    view = now;
    if (!now.equals(before)) {
      now.log(before.state());
      onChange.run();
    }
  }

  // ---- guests

  @Override
  public void guard(VmId vm, LeasedGuest guest, Runnable end) throws HypervisorException {
    guest.heed(permit);
    try {
      guard.guests().add(vm, guest.process().orElse(null), end);
    } catch (IOException e) {
      throw new HypervisorException(
          HypervisorException.Kind.FAILED, vm + " cannot be guarded: " + e, e);
    }
  }

  @Override
  public void release(VmId vm) {
    try {
      guard.guests().remove(vm);
    } catch (IOException e) { // it names a process that is gone: nothing can come of it
      LOG.atWarn().addKeyValue("vm", vm).setCause(e).log("a target of the guard stays");
    }
  }

  @Override
  public Optional<String> refusal() {
    return view.refusal(permit.isGiven(), armed.atNs() - clock.getAsLong());
  }

  /** To be called when the guests inside this JVM are gone. The guard stays while it has guests. */
  @Override
  public void close() {
    thread.execute(() -> {
      left = true;
      witnesses.close();
      try {
        armed.leave();
      } catch (IOException e) {
        LOG.atWarn().setCause(e).log("the guard cannot be told that this agent ends");
      }
    });
    thread.close();
  }
}
