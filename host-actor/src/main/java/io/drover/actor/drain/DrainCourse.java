package io.drover.actor.drain;

import io.drover.actor.api.DrainView.Phase;
import io.drover.actor.api.DrainView.Status;
import io.drover.actor.api.HostView;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.VmView;
import io.drover.actor.drain.Drain.Event;
import io.drover.actor.drain.Drain.VmLeft;
import io.drover.actor.drain.DrainBehavior.Internal;
import io.drover.actor.drain.DrainSight.Look;
import io.drover.actor.drain.DrainState.Aborting;
import io.drover.actor.drain.DrainState.Active;
import io.drover.actor.drain.DrainState.Cordoning;
import io.drover.actor.drain.DrainState.Draining;
import io.drover.actor.drain.DrainState.Idle;
import io.drover.actor.drain.DrainState.Job;
import io.drover.actor.drain.DrainState.Move;
import io.drover.actor.drain.DrainState.Over;
import io.drover.actor.host.Host;
import io.drover.actor.migration.Migration;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.actor.vm.Vm;
import io.drover.config.settings.MoveSettings;
import io.drover.config.units.HostId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The decisions of a drain: what it makes of what it hears. Knows no actor; not thread-safe. {@link
 * #hear} returns the event to journal, if any.
 */
final class DrainCourse {
  /** An entity that does not answer for so long is asked another time, others first. */
  private static final Duration LOOK_LIMIT = Duration.ofSeconds(5);

  private final HostId host;
  private final MoveSettings settings;
  private final InstantSource clock;
  private final DrainSteps steps;
  private final DrainSight sight;

  DrainCourse(
      HostId host, MoveSettings settings, InstantSource clock, DrainSteps steps, DrainSight sight) {
    this.host = host;
    this.settings = settings;
    this.clock = clock;
    this.steps = steps;
    this.sight = sight;
  }

  private record On<I>(DrainState state, I input) {}

  /** What the state wants done; all of it may be repeated. */
  void act(DrainState state) {
    switch (state) {
      case Cordoning _ -> steps.cordon();
      case Draining s -> {
        s.job().underWay().forEach(move -> steps.start(s.job(), move));
        steps.lookAtHost();
      }
      case Aborting s ->
          s.job()
              .underWay()
              .forEach(move -> {
                steps.cancel(move);
                steps.lookAt(move); // a cancellation that is refused does not say how it ends
              });
      case Idle _, Over _ -> {}
    }
  }

  Optional<Event> hear(DrainState state, Internal input) {
    return switch (input) {
      case Internal.Tick _ -> tick(state);
      case Internal.HostSeen i -> hostSeen(state, i.reply());
      case Internal.VmSeen i -> vmSeen(state, i.reply());
      case Internal.PlacementSeen i -> placementSeen(state, i.placement());
      case Internal.MigrationSeen i -> migrationSeen(state, i.reply());
      case Internal.Unused _ -> Optional.empty();
    };
  }

  private Optional<Event> tick(DrainState state) {
    sight
        .look
        .filter(look -> look.since().plus(LOOK_LIMIT).isBefore(clock.instant()))
        .ifPresent(look -> waits(look.vm(), "it, or a scheduler, does not answer"));
    act(state);
    return state instanceof Aborting s && s.job().underWay().isEmpty()
        ? Optional.of(ended(Phase.ABORTED, s.reason(), s.job()))
        : Optional.empty();
  }

  private Optional<Event> hostSeen(DrainState state, Host.Reply reply) {
    return switch (new On<>(state, reply)) {
      case On(Cordoning _, Host.Reply.Shown r) when r.host().cordoned() -> {
        sight.host = Optional.of(r.host());
        yield Optional.of(new Event.HostCordoned(clock.instant()));
      }
      case On(Cordoning s, Host.Reply.Refused r) ->
          Optional.of(ended(Phase.INCOMPLETE, r.refusal().detail(), s.job()));
      case On(Draining _, Host.Reply.Shown r) when !r.host().cordoned() ->
          Optional.of(abort("its host was uncordoned"));
      case On(Draining s, Host.Reply.Shown r) -> left(s.job(), r.host());
      case On(Idle _, _), On(Cordoning _, _), On(Draining _, _), On(Aborting _, _), On(Over _, _) ->
          Optional.empty();
    };
  }

  Event abort(String reason) {
    return new Event.AbortStarted(reason, clock.instant());
  }

  /** What is left on the host, and whether anything more can be done about it. */
  private Optional<Event> left(Job job, HostView view) {
    sight.host = Optional.of(view);
    sight.waits.keySet().retainAll(sight.vms());
    if (!job.underWay().isEmpty()) {
      lookAtNext(job);
      return Optional.empty();
    }
    List<VmId> vms = sight.vms();
    if (vms.isEmpty() && sight.incoming().isEmpty()) {
      return Optional.of(ended(Phase.COMPLETED, "nothing is left on the host", job));
    }
    if (sight.incoming().isEmpty() && vms.stream().allMatch(vm -> stays(job, vm))) {
      return Optional.of(
          ended(Phase.INCOMPLETE, vms.size() == 1 ? "1 VM stays" : vms.size() + " VMs stay", job));
    }
    if (job.lastProgress().plus(settings.idleLimit()).isBefore(clock.instant())) {
      return Optional.of(
          ended(
              Phase.INCOMPLETE,
              "nothing could be moved since " + job.lastProgress() + " (idle-limit)",
              job));
    }
    lookAtNext(job);
    return Optional.empty();
  }

  private static boolean stays(Job job, VmId vm) {
    return job.moveOf(vm).filter(m -> m.status() == Status.STAYS).isPresent();
  }

  private Event ended(Phase phase, String reason, Job job) {
    List<VmLeft> left =
        sight.vms().stream().map(vm -> new VmLeft(vm, DrainReasons.of(job, sight, vm))).toList();
    return new Event.DrainEnded(
        host, job.operation(), job.startedAt(), phase, reason, left, clock.instant());
  }

  /** Within the budget, the VM that was tried least. */
  private void lookAtNext(Job job) {
    Instant now = clock.instant();
    if (sight.look.isPresent() || job.underWay().size() >= settings.perHost()) {
      return;
    }
    sight.vms().stream()
        .filter(vm -> isDue(job, vm, now))
        .min(Comparator.comparingInt(vm -> job.moveOf(vm).map(Move::attempts).orElse(0)))
        .ifPresent(vm -> {
          sight.look = Optional.of(new Look(vm, now, Optional.empty()));
          steps.lookAt(vm);
        });
  }

  private boolean isDue(Job job, VmId vm, Instant now) {
    boolean waits =
        Optional.ofNullable(sight.waits.get(vm)).filter(w -> w.until().isAfter(now)).isPresent();
    return !waits
        && job.moveOf(vm)
            .map(move ->
                switch (move.status()) {
                  case MOVING, STAYS -> false;
                  case MOVED -> true; // and here again
                  case WAITING -> !retryAt(settings, move).isAfter(now);
                })
            .orElse(true);
  }

  /** When a VM whose migration has failed is tried again. */
  static Instant retryAt(MoveSettings settings, Move move) {
    return move.since().plus(settings.retryAfter(move.attempts()));
  }

  private Optional<Event> vmSeen(DrainState state, Vm.Reply reply) {
    Optional<Look> look = sight.look.filter(l -> l.seen().isEmpty());
    if (!(state instanceof Draining s) || look.isEmpty()) {
      return Optional.empty();
    }
    VmId vm = look.get().vm();
    switch (reply) {
      case Vm.Reply.Shown r when !r.vm().id().equals(vm) -> {} // of an earlier look
      case Vm.Reply.Shown r when canMove(r.vm()) -> {
        sight.look = Optional.of(new Look(vm, look.get().since(), Optional.of(r.vm())));
        steps.lookForTarget(r.vm());
      }
      case Vm.Reply.Shown r -> {
        Instant now = clock.instant();
        sight.wait(vm, DrainReasons.against(r.vm(), host), now, now.plus(settings.checkInterval()));
        lookAtNext(s.job());
      }
      case Vm.Reply.Refused r -> {
        waits(vm, r.refusal().detail());
        lookAtNext(s.job());
      }
      case Vm.Reply.Accepted _ -> {}
    }
    return Optional.empty();
  }

  private boolean canMove(VmView vm) {
    return vm.phase() == VmView.Phase.RUNNING && vm.host().equals(Optional.of(host));
  }

  private Optional<Event> placementSeen(DrainState state, Placement placement) {
    Optional<VmView> vm = sight.look.flatMap(Look::seen);
    if (!(state instanceof Draining s) || vm.isEmpty()) {
      return Optional.empty();
    }
    VmId id = vm.get().id();
    return switch (placement) {
      case Placement.Placed _ -> {
        sight.look = Optional.empty();
        sight.waits.remove(id);
        int attempt = s.job().moveOf(id).map(Move::attempts).orElse(0) + 1;
        yield Optional.of(
            new Event.MoveStarted(
                id,
                DrainSteps.migration(s.job().operation(), id, attempt),
                attempt,
                vm.get().version(),
                clock.instant()));
      }
      case Placement.Refused p -> {
        waits(id, DrainReasons.of(p.refusal()));
        lookAtNext(s.job());
        yield Optional.empty();
      }
    };
  }

  private void waits(VmId vm, String reason) {
    Instant now = clock.instant();
    sight.wait(vm, reason, now, now.plus(settings.retry()));
  }

  private Optional<Event> migrationSeen(DrainState state, Migration.Reply reply) {
    return switch (new On<>(state, reply)) {
      case On(Active s, Migration.Reply.Shown r)
          when s.job().isUnderWay(r.migration().vm(), r.migration().id()) ->
          moved(s.job(), r.migration());
      case On(Aborting s, Migration.Reply.Refused r)
          when r.refusal().kind() == Refusal.Kind.NOT_FOUND -> {
        // Its start is late or lost: a cancelled one cannot be begun by it any more.
        s.job()
            .underWay()
            .forEach(move -> {
              steps.start(s.job(), move);
              steps.cancel(move);
            });
        yield Optional.empty();
      }
      case On(Idle _, _), On(Cordoning _, _), On(Draining _, _), On(Aborting _, _), On(Over _, _) ->
          Optional.empty();
    };
  }

  private Optional<Event> moved(Job job, MigrationView migration) {
    if (!migration.phase().isOver()) {
      sight.migrations.put(migration.id(), migration);
      return Optional.empty();
    }
    sight.migrations.remove(migration.id());
    Move move = job.moveOf(migration.vm()).orElseThrow();
    boolean isThere =
        switch (migration.phase()) {
          case COMPLETED, NEEDS_OPERATOR -> true; // unverified or not, it has switched over
          default -> false;
        };
    boolean isFinal =
        migration.phase() == MigrationView.Phase.CANCELLED
            || move.attempts() >= settings.attemptLimit();
    return Optional.of(
        new Event.MoveEnded(
            migration.vm(),
            migration.id(),
            isThere ? migration.target() : Optional.empty(),
            migration.history().getLast().reason(),
            isFinal,
            clock.instant()));
  }
}
