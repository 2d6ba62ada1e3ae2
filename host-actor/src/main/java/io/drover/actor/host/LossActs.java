package io.drover.actor.host;

import io.drover.actor.host.Host.Command;
import io.drover.actor.host.HostState.Registered;
import io.drover.actor.lease.Lease;
import io.drover.actor.lease.Witness;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** Does what is wanted about a silent host; the answers come back as messages. In one actor. */
final class LossActs {
  /** Characters of why a witness was not reached: one line per witness, for people. */
  private static final int FAILURE_LIMIT = 80;

  private final HostId host;
  private final Host.Fencing fencing;
  private final HostPeers peers;
  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final ActorRef<Host.Leave> leaves;

  /** Number of the fence command that may be started; read by whoever is about to start it. */
  private final AtomicLong wanted = new AtomicLong();

  LossActs(
      HostId host,
      Host.Ports ports,
      ActorContext<Command> context,
      TimerScheduler<Command> timers) {
    this.host = host;
    this.fencing = ports.fencing();
    this.peers = ports.peers();
    this.context = context;
    this.timers = timers;
    this.leaves = context.messageAdapter(Host.Leave.class, ToSelf.LeaveAnswered::new);
  }

  int waysToSwitchOff(Registered state) {
    return fencing.power().ways(host, state.facts().capabilities().labels());
  }

  void ask(Registered state, List<Witness> witnesses, boolean onlyLook) {
    Epoch epoch = state.facts().safety().lease().map(Lease::epoch).orElse(Epoch.NONE);
    Duration asked = Duration.ofNanos(fencing.monotonic().getAsLong());
    for (Witness witness : witnesses) {
      context.pipeToSelf(
          fencing.witnesses().revoke(witness, host, epoch, onlyLook),
          (answer, failure) ->
              failure == null
                  ? new ToSelf.WitnessAnswered(witness.id(), epoch, asked, answer)
                  : new ToSelf.WitnessUnreached(witness.id(), text(failure)));
    }
  }

  private static String text(Throwable failure) {
    Throwable root =
        failure instanceof CompletionException e && e.getCause() != null ? e.getCause() : failure;
    String text = String.valueOf(root.getMessage());
    return text.substring(0, Math.min(text.length(), FAILURE_LIMIT));
  }

  void askLeave(Registered state) {
    peers.askLeave(host, state.facts().attachedSince(), leaves);
  }

  /** Runs the fence command that was begun last. */
  void switchOff(Registered state, int way) {
    long number = state.facts().safety().fences().number();
    wanted.set(number);
    context.pipeToSelf(
        fencing
            .power()
            .switchOff(
                host, state.facts().capabilities().labels(), way, () -> wanted.get() == number),
        (answer, failure) ->
            new ToSelf.FenceEnded(
                number,
                failure == null
                    ? answer
                    : new PowerSwitch.Answer(false, "it could not be run: " + failure)));
  }

  /**
   * A fence command that waits for its turn is not started; one that runs cannot be called back.
   */
  void withdraw() {
    wanted.set(0);
  }

  /** Nobody waits for it any more. */
  void ignore(ToSelf.FenceEnded c) {
    context
        .getLog()
        .warn(
            "a fence command ended too late host={} number={} off={} evidence={}",
            host,
            c.number(),
            c.answer().off(),
            c.answer().evidence());
  }

  void wake(Duration in) {
    timers.startSingleTimer("wake", new ToSelf.Tick(), in);
  }
}
