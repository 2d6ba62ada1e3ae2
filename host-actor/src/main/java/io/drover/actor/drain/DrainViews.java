package io.drover.actor.drain;

import io.drover.actor.api.DrainView;
import io.drover.actor.api.DrainView.Phase;
import io.drover.actor.api.DrainView.Status;
import io.drover.actor.api.DrainView.VmMove;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.OperationView;
import io.drover.actor.drain.Drain.VmLeft;
import io.drover.actor.drain.DrainSight.Wait;
import io.drover.actor.drain.DrainState.Job;
import io.drover.actor.drain.DrainState.Known;
import io.drover.actor.drain.DrainState.Move;
import io.drover.actor.drain.DrainState.Over;
import io.drover.config.settings.MoveSettings;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A drain as others see it: what is journaled, and what it has seen since. Pure. */
final class DrainViews {
  private static final String FOR_A_PERSON =
      "a person: move or stop the VM, or uncordon the host; then drain again";

  private DrainViews() {}

  /** As the API shows it. */
  static DrainView view(Known state, DrainSight sight, MoveSettings settings, long version) {
    Job job = state.job();
    List<VmMove> vms = new ArrayList<>();
    job.moves().forEach(move -> vms.add(view(state, move, sight, settings)));
    if (state instanceof Over over) {
      over.left().stream()
          .filter(left -> job.moveOf(left.vm()).isEmpty())
          .forEach(left -> vms.add(staying(over, left)));
    } else {
      sight.vms().stream()
          .filter(vm -> job.moveOf(vm).isEmpty())
          .forEach(vm -> vms.add(untried(job, vm, sight, settings)));
    }
    return new DrainView(
        job.host(),
        job.operation(),
        version,
        phase(state),
        reason(state, vms, sight),
        job.startedAt(),
        state instanceof Over over ? Optional.of(over.endedAt()) : Optional.empty(),
        vms);
  }

  /** How the drains of this host ended, the last one last. */
  static List<OperationView> ended(Over state) {
    List<OperationView> all = new ArrayList<>(state.job().earlier());
    Job job = state.job();
    all.add(
        Drain.operation(
            job.host(),
            job.operation(),
            state.phase(),
            state.reason(),
            job.startedAt(),
            state.endedAt()));
    return all;
  }

  private static Phase phase(Known state) {
    return switch (state) {
      case DrainState.Cordoning _ -> Phase.CORDONING;
      case DrainState.Draining _ -> Phase.DRAINING;
      case DrainState.Aborting _ -> Phase.ABORTING;
      case Over s -> s.phase();
    };
  }

  private static String reason(Known state, List<VmMove> vms, DrainSight sight) {
    return switch (state) {
      case DrainState.Cordoning _ -> "the host is being cordoned";
      case DrainState.Draining _ ->
          "%d moved, %d moving, %d waiting, %d stay%s"
              .formatted(
                  count(vms, Status.MOVED),
                  count(vms, Status.MOVING),
                  count(vms, Status.WAITING),
                  count(vms, Status.STAYS),
                  sight.incoming().isEmpty()
                      ? ""
                      : "; waits for %s, which brings a VM here"
                          .formatted(sight.incoming().getFirst()));
      case DrainState.Aborting s -> s.reason();
      case Over s -> s.reason();
    };
  }

  private static long count(List<VmMove> vms, Status status) {
    return vms.stream().filter(vm -> vm.status() == status).count();
  }

  private static VmMove view(Known state, Move move, DrainSight sight, MoveSettings settings) {
    Optional<MigrationView> migration = Optional.ofNullable(sight.migrations.get(move.migration()));
    Optional<Wait> wait = Optional.ofNullable(sight.waits.get(move.vm()));
    boolean waits = move.status() == Status.WAITING;
    return new VmMove(
        move.vm(),
        waits && state instanceof Over ? Status.STAYS : move.status(),
        move.attempts(),
        Optional.of(move.migration()),
        move.target().or(() -> migration.flatMap(MigrationView::target)),
        migration
            .flatMap(MigrationView::waiting)
            .map(MigrationView.Waiting::reason)
            .or(() -> wait.filter(_ -> waits).map(Wait::reason))
            .orElse(move.reason()),
        wait.filter(_ -> waits).map(Wait::since).orElse(move.since()),
        switch (move.status()) {
          case MOVED -> "";
          case MOVING ->
              migration
                  .flatMap(MigrationView::waiting)
                  .map(MigrationView.Waiting::nextAction)
                  .orElse("");
          case STAYS -> FOR_A_PERSON;
          case WAITING ->
              state instanceof Over
                  ? FOR_A_PERSON
                  : nextTry(
                      wait.map(Wait::until).orElseGet(() -> DrainCourse.retryAt(settings, move)));
        });
  }

  private static VmMove staying(Over over, VmLeft left) {
    return new VmMove(
        left.vm(),
        Status.STAYS,
        0,
        Optional.empty(),
        Optional.empty(),
        left.reason(),
        over.endedAt(),
        FOR_A_PERSON);
  }

  private static VmMove untried(Job job, VmId vm, DrainSight sight, MoveSettings settings) {
    Optional<Wait> wait = Optional.ofNullable(sight.waits.get(vm));
    return new VmMove(
        vm,
        Status.WAITING,
        0,
        Optional.empty(),
        Optional.empty(),
        wait.map(Wait::reason)
            .orElseGet(() ->
                job.underWay().size() >= settings.perHost()
                    ? "%d others move (limit per-host %d)"
                        .formatted(job.underWay().size(), settings.perHost())
                    : "it is looked at next"),
        wait.map(Wait::since).orElse(job.startedAt()),
        wait.map(w -> nextTry(w.until())).orElse("it is moved when one of them is done"));
  }

  private static String nextTry(Instant at) {
    return "tried again at " + at;
  }
}
