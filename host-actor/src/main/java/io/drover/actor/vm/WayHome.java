package io.drover.actor.vm;

import io.drover.actor.Ids;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.placement.Scheduler.HomeReply;
import io.drover.actor.vm.Residence.Away;
import io.drover.actor.vm.Vm.Command;
import io.drover.actor.vm.VmBehavior.Internal;
import io.drover.actor.vm.VmState.Granted;
import io.drover.actor.vm.VmState.Known;
import io.drover.actor.vm.VmState.Running;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * How a VM that runs outside its home comes back: it asks there again and again whether it may, and
 * has itself migrated when it is welcome. That it is away is in the journal, nothing else is. Not
 * threadsafe: lives in one actor.
 */
final class WayHome {
  private final VmId vm;
  private final Vm.Ports ports;
  private final TimerScheduler<Command> timers;
  private final ActorRef<HomeReply> replies;
  private final ActorRef<Object> nobody;

  WayHome(VmId vm, Vm.Ports ports, TimerScheduler<Command> timers, ActorContext<Command> context) {
    this.vm = vm;
    this.ports = ports;
    this.timers = timers;
    this.replies = context.messageAdapter(HomeReply.class, Internal.HomeAnswered::new);
    this.nobody = context.getSystem().ignoreRef();
  }

  /** Begins to look out for it, if it is away. */
  void enter(VmState state) {
    if (awayIn(state).isPresent() && !timers.isTimerActive(new Internal.AskHome())) {
      timers.startTimerWithFixedDelay(
          new Internal.AskHome(), ports.workloadBurst().checkInterval());
    }
  }

  private static Optional<Away> awayIn(VmState state) {
    return state instanceof Granted s ? s.vm().residence().away() : Optional.empty();
  }

  void ask(VmState state, Sightings sightings) {
    Optional<Away> away = awayIn(state);
    if (away.isEmpty()) {
      timers.cancel(new Internal.AskHome());
      return;
    }
    if (!(state instanceof Running s)) {
      return; // it starts, ends, or moves
    }
    Instant settled = s.vm().phaseSince().plus(ports.workloadBurst().stay());
    if (settled.isAfter(ports.clock().instant())) {
      sightings.waitsForHome("it stays where it is until " + settled);
      return;
    }
    ports
        .routes()
        .tell(
            Scheduler.TYPE_KEY,
            away.get().home().name(),
            new Scheduler.Command.WantsHome(
                vm, migration(s), s.vm().spec(), s.grant().host(), replies));
  }

  /** The same until something about the VM changes: its begin is such a change. */
  private MigrationId migration(Known state) {
    return new MigrationId(
        vm.cell(), Ids.derived(String.join("\n", "home", vm.text(), state.vm().version() + "")));
  }

  void answered(VmState state, HomeReply reply, Sightings sightings) {
    switch (reply) {
      case HomeReply.NotYet r -> sightings.waitsForHome(r.reason());
      case HomeReply.Welcome r
          when state instanceof Running s && migration(s).equals(r.migration()) -> {
        sightings.waitsForHome("it is on its way");
        awayIn(s)
            .ifPresent(away ->
                ports
                    .peers()
                    .moveHome(
                        r.migration(),
                        vm,
                        s.grant().host(),
                        away.home(),
                        s.vm().version(),
                        nobody));
      }
      case HomeReply.Welcome _ -> {} // of what has changed meanwhile
    }
  }
}
