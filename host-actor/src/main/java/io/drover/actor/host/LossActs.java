package io.drover.actor.host;

import io.drover.actor.host.Host.Command;
import io.drover.actor.host.HostState.Registered;
import io.drover.actor.lease.Lease;
import io.drover.actor.lease.Witness;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** Does what is wanted about a silent host; the answers come back as messages. In one actor. */
final class LossActs {
  private final HostId host;
  private final Host.Fencing fencing;
  private final HostPeers peers;
  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final ActorRef<Host.Leave> leaves;

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

  boolean hasPowerSwitch(Registered state) {
    return fencing.power().reaches(host, state.facts().capabilities().labels());
  }

  void ask(Registered state, List<Witness> witnesses, boolean onlyLook) {
    Epoch epoch = state.facts().safety().lease().map(Lease::epoch).orElse(Epoch.NONE);
    for (Witness witness : witnesses) {
      context.pipeToSelf(
          fencing.witnesses().revoke(witness, host, epoch, onlyLook),
          (answer, failure) ->
              failure == null
                  ? new ToSelf.WitnessAnswered(witness.id(), epoch, answer)
                  : new ToSelf.WitnessUnreached(witness.id(), failure.toString()));
    }
  }

  void askLeave(Registered state) {
    peers.askLeave(host, state.facts().attachedSince(), leaves);
  }

  void switchOff(Registered state) {
    context.pipeToSelf(
        fencing.power().switchOff(host, state.facts().capabilities().labels()),
        (answer, failure) ->
            new ToSelf.PowerAnswered(
                failure == null
                    ? answer
                    : new PowerSwitch.Answer(false, "it could not be run: " + failure)));
  }

  void wake(Duration in) {
    timers.startSingleTimer("wake", new ToSelf.Tick(), in);
  }
}
