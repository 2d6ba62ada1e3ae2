package io.drover.actor.vm;

import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.api.VmView;
import io.drover.actor.api.VmView.Phase;
import io.drover.actor.api.VmView.PowerState;
import io.drover.actor.vm.Sightings.Sighting;
import io.drover.actor.vm.VmState.Deleted;
import io.drover.actor.vm.VmState.Failed;
import io.drover.actor.vm.VmState.Granted;
import io.drover.actor.vm.VmState.Known;
import io.drover.actor.vm.VmState.Locked;
import io.drover.actor.vm.VmState.Running;
import io.drover.actor.vm.VmState.Settling;
import io.drover.actor.vm.VmState.Starting;
import io.drover.actor.vm.VmState.Stopped;
import io.drover.actor.vm.VmState.Stopping;
import io.drover.actor.vm.VmState.UnderMigration;
import io.drover.config.units.Epoch;
import java.util.Map;
import java.util.Optional;

/** A VM as the API shows it: the journal's truth, with what its host said last. Pure. */
final class VmViews {
  private VmViews() {}

  static VmView of(Known state, Sightings sightings) {
    Profile vm = state.vm();
    Optional<Granted> granted = state instanceof Granted g ? Optional.of(g) : Optional.empty();
    Optional<Sighting> sighting = granted.flatMap(g -> sightings.at(g.grant().host()));
    Phase phase = phase(state, sighting);
    return new VmView(
        vm.id(),
        vm.version(),
        vm.name(),
        vm.spec(),
        desired(state),
        phase,
        reason(vm, phase, granted, sightings),
        granted.map(g -> g.grant().host()),
        granted.map(g -> g.grant().runEpoch()).orElse(Epoch.NONE),
        vm.migration(),
        state instanceof Locked || state instanceof Settling,
        sighting.flatMap(Sighting::guest).map(g -> g.report()).orElse(Map.of()),
        vm.createdAt(),
        vm.phaseSince(),
        vm.residence().burst(),
        granted.flatMap(g -> away(g, sightings)));
  }

  private static Optional<VmView.Away> away(Granted state, Sightings sightings) {
    return state
        .vm()
        .residence()
        .away()
        .map(a ->
            new VmView.Away(
                a.home(), state.grant().host().area(), a.since(), sightings.waitsForHome()));
  }

  private static Phase phase(Known state, Optional<Sighting> sighting) {
    return switch (state) {
      case Stopped _ -> Phase.STOPPED;
      case Failed s -> s.needsOperator() ? Phase.NEEDS_OPERATOR : Phase.FAILED;
      case Deleted _ -> Phase.DELETED;
      case Starting _ -> Phase.STARTING;
      case Stopping _ -> Phase.STOPPING;
      case UnderMigration _ -> Phase.MIGRATING;
      case Running _ -> running(sighting);
    };
  }

  private static Phase running(Optional<Sighting> sighting) {
    if (sighting.filter(s -> !s.attached()).isPresent()) {
      return Phase.UNREACHABLE;
    }
    boolean paused =
        sighting.flatMap(Sighting::guest).filter(g -> g.state() == GuestState.PAUSED).isPresent();
    return paused ? Phase.PAUSED : Phase.RUNNING;
  }

  private static String reason(
      Profile vm, Phase phase, Optional<Granted> granted, Sightings sightings) {
    Optional<Sighting> sighting = granted.flatMap(g -> sightings.at(g.grant().host()));
    Optional<String> trouble = sighting.map(Sighting::trouble).filter(t -> !t.isEmpty());
    if (trouble.isPresent()) {
      return trouble.get();
    }
    return phase == Phase.UNREACHABLE
        ? "the agent of " + granted.orElseThrow().grant().host() + " is not connected"
        : vm.reason().isEmpty()
            ? granted.flatMap(g -> away(g, sightings)).map(VmViews::wantsHome).orElse("")
            : vm.reason();
  }

  private static String wantsHome(VmView.Away away) {
    return "burst to area %s since %s, wants home to %s%s"
        .formatted(
            away.area(),
            away.since(),
            away.home(),
            away.waits().isEmpty() ? "" : ": " + away.waits());
  }

  private static PowerState desired(Known state) {
    return switch (state) {
      case Deleted _ -> PowerState.DELETED;
      case Stopped _ -> PowerState.STOPPED;
      case Failed _, Granted _ ->
          state
              .vm()
              .pending()
              .map(p ->
                  switch (p.work()) {
                    case STOP -> PowerState.STOPPED;
                    case DELETE -> PowerState.DELETED;
                    case START, REBOOT -> PowerState.RUNNING;
                  })
              .orElse(PowerState.RUNNING);
    };
  }
}
