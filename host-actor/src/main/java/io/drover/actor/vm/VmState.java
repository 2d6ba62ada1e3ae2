package io.drover.actor.vm;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.OperationView.Status;
import io.drover.actor.vm.Profile.Grant;
import io.drover.actor.vm.Vm.Event;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import java.time.Instant;
import java.util.Optional;

/**
 * What the journal says of a VM.
 *
 * <pre>
 * Absent ─Created─▶ Stopped ─Granted─▶ Starting ─Started─▶ Running ─MigrationBegun─▶ Migrating
 *   ─Locked─▶ Locked ─SwitchedOver─▶ Settling ─MigrationEnded─▶ Running
 * Running ─Relocated─▶ Starting on another host
 * Running ─OperationAccepted─▶ Stopping ─Stopped─▶ Stopped ─Deleted─▶ Deleted
 * </pre>
 *
 * All transitions: {@code docs/state-machines/vm.md}.
 */
sealed interface VmState extends CborSerializable {
  /** Not created. */
  record Absent() implements VmState {}

  /** No grant: it may run nowhere. */
  record Stopped(Profile vm) implements Known {
    @Override
    public VmState with(Profile next) {
      return new Stopped(next);
    }
  }

  /**
   * No grant: Drover gave up.
   *
   * @param needsOperator its guest did nothing wrong: its hosts were lost, again and again
   */
  record Failed(Profile vm, boolean needsOperator) implements Known {
    @Override
    public VmState with(Profile next) {
      return new Failed(next, needsOperator);
    }
  }

  /** Granted; the guest is not yet seen running. */
  record Starting(Profile vm, Grant grant) implements Granted {
    @Override
    public VmState with(Profile next) {
      return new Starting(next, grant);
    }
  }

  record Running(Profile vm, Grant grant) implements Granted {
    @Override
    public VmState with(Profile next) {
      return new Running(next, grant);
    }
  }

  /**
   * Copied while it runs.
   *
   * @param abandoned the migration rolls back and can no longer switch over
   */
  record Migrating(Profile vm, Grant grant, MigrationId migration, boolean abandoned)
      implements UnderMigration {
    @Override
    public VmState with(Profile next) {
      return new Migrating(next, grant, migration, abandoned);
    }
  }

  /** Changes wait; the source may be paused already. */
  record Locked(Profile vm, Grant grant, MigrationId migration) implements UnderMigration {
    @Override
    public VmState with(Profile next) {
      return new Locked(next, grant, migration);
    }
  }

  /**
   * The target has the grant, the migration is not over.
   *
   * @param confirmed the guest was seen running there
   */
  record Settling(Profile vm, Grant grant, MigrationId migration, HostId source, boolean confirmed)
      implements UnderMigration {
    @Override
    public VmState with(Profile next) {
      return new Settling(next, grant, migration, source, confirmed);
    }
  }

  /** The guest is being stopped; what comes after is the pending work's. */
  record Stopping(Profile vm, Grant grant) implements Granted {
    @Override
    public VmState with(Profile next) {
      return new Stopping(next, grant);
    }
  }

  record Deleted(Profile vm) implements Known {
    @Override
    public VmState with(Profile next) {
      return new Deleted(next);
    }
  }

  /** A VM that was created. */
  sealed interface Known extends VmState {
    Profile vm();

    VmState with(Profile next);
  }

  /** A VM that may run on one host. */
  sealed interface Granted extends Known {
    Grant grant();
  }

  /** A VM with a migration under way. */
  sealed interface UnderMigration extends Granted {
    MigrationId migration();
  }

  /**
   * Whether it may leave memory: nothing is under way, no timer runs, and whatever it has to do
   * next begins with a message, which wakes it. Recovering is what the loss of its node asks of it
   * at any moment anyway. A VM with a grant stays: its host asks after its claim every minute.
   */
  default boolean mayRest() {
    return switch (this) {
      case Absent _, Stopped _, Failed _, Deleted _ -> true;
      case Granted _ -> false;
    };
  }

  /** Whether there is such a VM, running or not. */
  default boolean exists() {
    return switch (this) {
      case Absent _, Deleted _ -> false;
      case Stopped _, Failed _, Granted _ -> true;
    };
  }

  /** Input to a transition: lets a switch match the pair. */
  record On<T>(VmState state, T input) {}

  static VmState evolve(VmState state, Event event) {
    VmState next = transition(state, event);
    return next instanceof Known k ? k.with(k.vm().counted()) : next;
  }

  private static VmState transition(VmState state, Event event) {
    return switch (new On<>(state, event)) {
      case On(Absent _, Event.Created e) -> new Stopped(Profile.of(e));
      case On(Known s, Event.Overflowed e) -> s.with(s.vm().overflowed(e));
      case On(Stopped s, Event.Granted e) -> starting(s.vm(), e, false);
      case On(Failed s, Event.Granted e) -> starting(s.vm().forgiven(), e, false);
      case On(Starting s, Event.Granted e) -> starting(s.vm(), e, true);
      case On(Running s, Event.Granted e) -> starting(s.vm(), e, true);
      case On(Stopping s, Event.Granted e) -> starting(s.vm(), e, false);
      case On(Settling s, Event.Granted e) -> settlingAnew(s, e);
      case On(Starting s, Event.Started e) -> new Running(started(s.vm(), e.at()), s.grant());
      case On(Settling s, Event.Started _) ->
          new Settling(s.vm(), s.grant(), s.migration(), s.source(), true);
      case On(Stopped s, Event.OperationAccepted e) -> new Stopped(s.vm().accepted(e));
      case On(Failed s, Event.OperationAccepted e) ->
          new Failed(s.vm().accepted(e), s.needsOperator());
      case On(Starting s, Event.OperationAccepted e) -> stopping(s, s.vm().accepted(e), e.at());
      case On(Running s, Event.OperationAccepted e) -> stopping(s, s.vm().accepted(e), e.at());
      case On(Stopping s, Event.OperationAccepted e) -> stopping(s, s.vm().accepted(e), e.at());
      case On(UnderMigration s, Event.OperationAccepted e) -> s.with(s.vm().accepted(e));
      case On(Stopping s, Event.OperationFailed e) ->
          s.with(s.vm().stuck(e.reason(), e.at()).entering(e.reason(), s.vm().phaseSince()));
      case On(Stopping s, Event.Stopped e) -> new Stopped(done(s.vm(), e.at()));
      case On(Stopping s, Event.Deleted e) -> new Deleted(done(s.vm(), e.at()));
      case On(Stopped s, Event.Deleted e) -> new Deleted(done(s.vm(), e.at()));
      case On(Failed s, Event.Deleted e) -> new Deleted(done(s.vm(), e.at()));
      case On(Starting s, Event.Failed e) -> new Failed(failed(s.vm(), e), false);
      case On(Running s, Event.Failed e) -> new Failed(failed(s.vm(), e), false);
      case On(Settling s, Event.Failed e) ->
          new Failed(failed(s.vm(), e).closed(s.migration()), false);
      case On(Starting s, Event.Relocated e) -> relocated(s.vm(), e);
      case On(Running s, Event.Relocated e) -> relocated(s.vm(), e);
      case On(Stopping s, Event.Relocated e) -> relocated(s.vm(), e);
      case On(Starting s, Event.OperatorNeeded e) -> operatorNeeded(s.vm(), e);
      case On(Running s, Event.OperatorNeeded e) -> operatorNeeded(s.vm(), e);
      case On(Stopping s, Event.OperatorNeeded e) -> operatorNeeded(s.vm(), e);
      case On(Running s, Event.MigrationBegun e) ->
          new Migrating(
              s.vm().entering("", e.at()).migrating(e.migration()),
              s.grant(),
              e.migration(),
              false);
      case On(Migrating s, Event.Locked _) -> new Locked(s.vm(), s.grant(), s.migration());
      case On(Locked s, Event.SwitchedOver e) -> switchedOver(s, e);
      case On(Migrating s, Event.MigrationAbandoned e) when e.migration().equals(s.migration()) ->
          new Migrating(s.vm(), s.grant(), s.migration(), true);
      case On(Locked s, Event.MigrationAbandoned e) when e.migration().equals(s.migration()) ->
          new Migrating(s.vm(), s.grant(), s.migration(), true);
      case On(Known s, Event.MigrationAbandoned e) -> s.with(s.vm().closed(e.migration()));
      case On(UnderMigration s, Event.MigrationEnded e) -> migrationEnded(s, e);
      case On(Absent _, _),
          On(Stopped _, _),
          On(Failed _, _),
          On(Starting _, _),
          On(Running _, _),
          On(Migrating _, _),
          On(Locked _, _),
          On(Settling _, _),
          On(Stopping _, _),
          On(Deleted _, _) ->
          throw new IllegalStateException("corrupt journal: " + event + " cannot follow " + state);
    };
  }

  private static VmState starting(Profile vm, Event.Granted e, boolean replaces) {
    Grant grant = new Grant(e.host(), e.runEpoch(), Optional.empty(), replaces, e.at());
    Profile counted = e.counted() ? vm.restarted(e.at()) : vm;
    return new Starting(counted.granted(grant).entering(e.reason(), e.at()), grant);
  }

  /** What an earlier grant may have left there goes first. */
  private static VmState relocated(Profile vm, Event.Relocated e) {
    Grant grant = new Grant(e.host(), e.runEpoch(), Optional.empty(), true, e.at());
    return new Starting(vm.relocated(e.at()).granted(grant).entering(e.reason(), e.at()), grant);
  }

  private static VmState operatorNeeded(Profile vm, Event.OperatorNeeded e) {
    return new Failed(
        vm.ended(Status.FAILED, e.reason(), e.at()).entering(e.reason(), e.at()), true);
  }

  /** Lost at the target before the migration was over: booted again there. */
  private static VmState settlingAnew(Settling s, Event.Granted e) {
    Grant grant = new Grant(e.host(), e.runEpoch(), Optional.empty(), true, e.at());
    Profile counted = e.counted() ? s.vm().restarted(e.at()) : s.vm();
    return new Settling(
        counted.granted(grant).entering(e.reason(), e.at()),
        grant,
        s.migration(),
        s.source(),
        false);
  }

  private static Profile started(Profile vm, Instant at) {
    return vm.ended(Status.SUCCEEDED, "", at).entering("", at);
  }

  private static VmState stopping(Granted s, Profile vm, Instant at) {
    return new Stopping(vm.entering("", at), s.grant());
  }

  private static Profile done(Profile vm, Instant at) {
    return vm.ended(Status.SUCCEEDED, "", at).entering("", at);
  }

  private static Profile failed(Profile vm, Event.Failed e) {
    return vm.ended(Status.FAILED, e.reason(), e.at()).entering(e.reason(), e.at());
  }

  private static VmState switchedOver(Locked s, Event.SwitchedOver e) {
    Grant grant = new Grant(e.target(), e.runEpoch(), Optional.of(e.migration()), false, e.at());
    return new Settling(
        s.vm().granted(grant).switchedOver(e.migration()),
        grant,
        e.migration(),
        s.grant().host(),
        false);
  }

  private static VmState migrationEnded(UnderMigration s, Event.MigrationEnded e) {
    Profile vm = s.vm().closed(e.migration()).entering("", e.at());
    if (vm.pending().isPresent()) {
      return new Stopping(vm, s.grant());
    }
    return s instanceof Settling settling && !settling.confirmed()
        ? new Starting(vm, s.grant())
        : new Running(vm, s.grant());
  }

  /** The next grant never repeats an epoch. */
  static Epoch nextEpoch(Profile vm) {
    return vm.lastEpoch().next();
  }
}
