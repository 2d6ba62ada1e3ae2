package io.drover.actor.vm;

import io.drover.actor.api.Refusal;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.vm.Placing.ForRestart.End;
import io.drover.actor.vm.Vm.Command;
import io.drover.actor.vm.Vm.Reply;
import io.drover.actor.vm.VmBehavior.Internal;
import io.drover.actor.vm.VmState.Known;
import io.drover.config.units.AreaId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.util.Optional;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** The one question to a scheduler that a VM has under way. Not threadsafe: lives in one actor. */
final class Placings {
  private final Vm.Ports ports;
  private final TimerScheduler<Command> timers;
  private Optional<Placing> current = Optional.empty();
  private Optional<HostId> found = Optional.empty();

  Placings(Vm.Ports ports, TimerScheduler<Command> timers) {
    this.ports = ports;
    this.timers = timers;
  }

  Optional<Placing> current() {
    return current;
  }

  void begin(Placing placing, AreaId area, Scheduler.Command question) {
    current = Optional.of(placing);
    timers.startSingleTimer(new Internal.PlacementTimedOut(), ports.settings().placementTimeout());
    ports.routes().tell(Scheduler.TYPE_KEY, area.name(), question);
  }

  /** One more waits for the same answer. */
  void join(Placing placing) {
    current = Optional.of(placing);
  }

  /** A host is claimed for a restart, which waits until the lost one has confirmed its fence. */
  void found(HostId host) {
    found = Optional.of(host);
  }

  Optional<HostId> found() {
    return found;
  }

  /** The restart elsewhere of what that grant let run. */
  Optional<Placing.ForRestart> restartOf(HostId lost, Epoch runEpoch) {
    return current.flatMap(p ->
        p instanceof Placing.ForRestart r && r.lost().equals(lost) && r.runEpoch().equals(runEpoch)
            ? Optional.of(r)
            : Optional.empty());
  }

  void end() {
    current = Optional.empty();
    found = Optional.empty();
    timers.cancel(new Internal.PlacementTimedOut());
  }

  /** Nothing was placed; returns the restart that this ends. */
  Optional<Placing.ForRestart> refuse(Refusal refusal) {
    Optional<Placing> ended = current;
    ended.ifPresent(p -> p.waiting().forEach(w -> w.tell(new Reply.Refused(refusal))));
    end();
    return ended.flatMap(
        p -> p instanceof Placing.ForRestart r ? Optional.of(r) : Optional.empty());
  }

  /**
   * A VM is not restarted any more for a host that is back: it says itself what is there now.
   *
   * @return the host that was claimed for the restart
   */
  Optional<HostId> hostIsBack(HostId host) {
    Optional<HostId> claimed = found;
    if (current
        .filter(p ->
            p instanceof Placing.ForRestart r && r.end() == End.FENCED && r.lost().equals(host))
        .isPresent()) {
      end();
      return claimed;
    }
    return Optional.empty();
  }

  static Reply reply(Placing done, Known state, Sightings sightings) {
    return switch (done) {
      case Placing.ForCreate _ -> new Reply.Shown(VmViews.of(state, sightings));
      case Placing.ForStart p ->
          new Reply.Accepted(state.vm().operation(p.request().operation()).orElseThrow());
      case Placing.ForRestart _ -> throw new IllegalStateException("nobody waits for a restart");
    };
  }
}
