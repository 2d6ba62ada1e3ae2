package io.drover.actor.vm;

import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.BurstPolicy;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.RequestClass;
import io.drover.actor.api.RequestClasses;
import io.drover.actor.api.RequestClasses.Operation;
import io.drover.actor.api.RequestClasses.Stage;
import io.drover.actor.vm.Vm.Event;
import io.drover.actor.vm.Vm.Reply;
import io.drover.actor.vm.Vm.Request;
import io.drover.actor.vm.Vm.Work;
import io.drover.actor.vm.VmState.Absent;
import io.drover.actor.vm.VmState.Deleted;
import io.drover.actor.vm.VmState.Failed;
import io.drover.actor.vm.VmState.Granted;
import io.drover.actor.vm.VmState.Known;
import io.drover.actor.vm.VmState.Locked;
import io.drover.actor.vm.VmState.Migrating;
import io.drover.actor.vm.VmState.On;
import io.drover.actor.vm.VmState.Running;
import io.drover.actor.vm.VmState.Settling;
import io.drover.actor.vm.VmState.Starting;
import io.drover.actor.vm.VmState.Stopped;
import io.drover.actor.vm.VmState.Stopping;
import io.drover.actor.vm.VmState.UnderMigration;
import io.drover.config.units.AreaId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a VM answers its owner. Pure. */
final class RequestRules {
  /** What to do about a request. */
  sealed interface Answer {
    record Say(Reply reply) implements Answer {}

    record Do(List<Event> events, Reply reply) implements Answer {}

    /** Ask this area's scheduler for a host first. */
    record Place(
        Placing placing, AreaId area, GuestSpec spec, Optional<HostId> wanted, BurstPolicy burst)
        implements Answer {}

    /** The scheduler is being asked already. */
    record Join(Placing placing) implements Answer {}
  }

  private RequestRules() {}

  static Answer answer(
      VmId vm,
      VmState state,
      Request request,
      Optional<Placing> placing,
      Sightings sightings,
      Instant now) {
    return answered(state, request)
        .<Answer>map(o -> new Answer.Say(new Reply.Accepted(o)))
        .orElseGet(() -> decide(vm, state, request, placing, sightings, now));
  }

  /** A change that was accepted before: its first answer was lost. */
  private static Optional<OperationView> answered(VmState state, Request request) {
    return operationOf(request)
        .flatMap(o -> state instanceof Known s ? s.vm().operation(o) : Optional.empty());
  }

  private static Optional<OperationId> operationOf(Request request) {
    return switch (request) {
      case Request.Start c -> Optional.of(c.operation());
      case Request.Stop c -> Optional.of(c.operation());
      case Request.Reboot c -> Optional.of(c.operation());
      case Request.Delete c -> Optional.of(c.operation());
      case Request.IfUnchanged c -> operationOf(c.change());
      case Request.Create _, Request.Get _, Request.GetOperation _ -> Optional.empty();
    };
  }

  private static Answer decide(
      VmId vm,
      VmState state,
      Request request,
      Optional<Placing> placing,
      Sightings sightings,
      Instant now) {
    return switch (new On<>(state, request)) {
      case On(Absent _, Request.Create c) -> create(c, placing);
      case On(Deleted _, Request.Create _) -> refuse(Refusal.Kind.CONFLICT, vm + " was deleted");
      case On(Known s, Request.Create c) ->
          s.vm().requestDigest().equals(c.requestDigest())
              ? new Answer.Say(new Reply.Shown(VmViews.of(s, sightings)))
              : mismatch();
      case On(Known s, Request.GetOperation c) ->
          s.vm()
              .operation(c.operation())
              .<Answer>map(o -> new Answer.Say(new Reply.Accepted(o)))
              .orElseGet(() -> refuse(Refusal.Kind.NOT_FOUND, "no operation " + c.operation()));
      case On(Absent _, _), On(Deleted _, _) -> refuse(Refusal.Kind.NOT_FOUND, "no VM " + vm);
      case On(Known s, Request.Get _) -> new Answer.Say(new Reply.Shown(VmViews.of(s, sightings)));
      case On(Known s, Request.IfUnchanged c) when s.vm().version() != c.version() ->
          new Answer.Say(new Reply.Refused(changed(s.vm(), c.version())));
      case On(Known s, Request.IfUnchanged c) when c.change() instanceof Request.Start start ->
          start(vm, s, new Placing.ForStart(start, Optional.of(c.version())), placing);
      case On(Known s, Request.IfUnchanged c) -> decide(vm, s, c.change(), placing, sightings, now);
      case On(Known s, Request.Start c) ->
          start(vm, s, new Placing.ForStart(c, Optional.empty()), placing);
      case On(Known s, Request.Stop c) -> change(vm, s, Work.STOP, c.operation(), c.grace(), now);
      case On(Known s, Request.Reboot c) ->
          change(vm, s, Work.REBOOT, c.operation(), Duration.ZERO, now);
      case On(Known s, Request.Delete c) ->
          change(vm, s, Work.DELETE, c.operation(), Duration.ZERO, now);
    };
  }

  private static Answer create(Request.Create c, Optional<Placing> placing) {
    if (placing.isEmpty()) {
      return new Answer.Place(
          new Placing.ForCreate(c, List.of(c.replyTo())),
          c.request().area(),
          c.request().spec(),
          c.request().host(),
          c.request().burst());
    }
    return switch (placing.get()) {
      case Placing.ForCreate p when !p.request().requestDigest().equals(c.requestDigest()) ->
          mismatch();
      case Placing.ForCreate p when p.waiting().size() < Placing.WAITING_LIMIT ->
          new Answer.Join(p.joinedBy(c.replyTo()));
      case Placing.ForCreate _, Placing.ForStart _, Placing.ForRestart _ ->
          refuse(
              Refusal.Kind.UNAVAILABLE,
              "%d requests wait for this VM already (limit)".formatted(Placing.WAITING_LIMIT));
    };
  }

  private static Answer start(
      VmId vm, Known state, Placing.ForStart wanted, Optional<Placing> placing) {
    return switch (state) {
      case Stopped _, Failed _ when placing.isPresent() ->
          placing.get() instanceof Placing.ForStart p
                  && p.isSame(wanted)
                  && p.waiting().size() < Placing.WAITING_LIMIT
              ? new Answer.Join(p.joinedBy(wanted.request().replyTo()))
              : refuse(Refusal.Kind.CONFLICT, vm + " is being started already");
      case Stopped _, Failed _ ->
          new Answer.Place(
              wanted,
              state.vm().home(),
              state.vm().spec(),
              Optional.empty(),
              state.vm().residence().burst());
      case Deleted _, Granted _ -> wrongState(vm, state);
    };
  }

  /** Stop, reboot or delete. */
  private static Answer change(
      VmId vm, Known state, Work work, OperationId operation, Duration grace, Instant now) {
    Event.OperationAccepted accepted = new Event.OperationAccepted(operation, work, grace, now);
    Reply reply = new Reply.Accepted(Profile.view(vm, accepted));
    return switch (state) {
      case Stopped _, Failed _ ->
          work == Work.DELETE
              ? new Answer.Do(List.of(accepted, new Event.Deleted(now)), reply)
              : wrongState(vm, state);
      case Starting _ when work == Work.REBOOT -> wrongState(vm, state);
      case Starting _, Running _ -> new Answer.Do(List.of(accepted), reply);
      case UnderMigration s when classOf(s, work) == RequestClass.REJECT -> wrongState(vm, state);
      case Stopping s -> behindPending(vm, s, accepted, reply);
      case UnderMigration s -> behindPending(vm, s, accepted, reply);
      case Deleted _ -> wrongState(vm, state);
    };
  }

  /** The strongest change wins; the same again is the same work. */
  private static Answer behindPending(
      VmId vm, Granted state, Event.OperationAccepted accepted, Reply reply) {
    Optional<Profile.Pending> pending = state.vm().pending();
    if (pending.isPresent() && pending.get().work().compareTo(accepted.work()) > 0) {
      return refuse(
          Refusal.Kind.CONFLICT, "%s is about to %s".formatted(vm, word(pending.get().work())));
    }
    Optional<OperationView> same =
        pending
            .filter(p -> p.work() == accepted.work())
            .flatMap(p -> state.vm().operation(p.operation()))
            .filter(o -> o.status() == OperationView.Status.RUNNING);
    return same.<Answer>map(o -> new Answer.Say(new Reply.Accepted(o)))
        .orElseGet(() -> new Answer.Do(List.of(accepted), reply));
  }

  /** Whether the migration has to roll back for what its VM is to do. */
  static boolean cancelsMigration(UnderMigration state) {
    return state
        .vm()
        .pending()
        .filter(p -> classOf(state, p.work()) == RequestClass.CANCEL_MIGRATION)
        .isPresent();
  }

  private static RequestClass classOf(UnderMigration state, Work work) {
    Stage stage =
        switch (state) {
          case Migrating _ -> Stage.COPYING;
          case Locked _ -> Stage.LOCKED;
          case Settling _ -> Stage.SWITCHED_OVER;
        };
    return switch (work) {
      case START -> RequestClass.REJECT;
      case REBOOT -> RequestClasses.of(Operation.REBOOT, stage);
      case STOP -> RequestClasses.of(Operation.STOP, stage);
      case DELETE -> RequestClasses.of(Operation.DELETE, stage);
    };
  }

  /** A host was claimed; empty = too late, the claim is to be given back. */
  static Optional<List<Event>> placed(
      VmId vm, VmState state, Placing placing, HostId host, Instant now) {
    return switch (new On<>(state, placing)) {
      case On(Absent _, Placing.ForCreate p) -> {
        var request = p.request().request();
        yield Optional.of(
            around(
                new Event.Created(
                    vm,
                    request.name(),
                    request.spec(),
                    request.burst(),
                    p.request().requestDigest(),
                    now),
                Residence.before(request.area(), host, now),
                new Event.Granted(host, Epoch.NONE.next(), "created", false, now)));
      }
      case On(Known s, Placing.ForStart p)
          when (s instanceof Stopped || s instanceof Failed) && p.meets(s.vm().version()) ->
          Optional.of(
              around(
                  new Event.OperationAccepted(
                      p.request().operation(), Work.START, Duration.ZERO, now),
                  Residence.before(s.vm().home(), host, now),
                  new Event.Granted(host, VmState.nextEpoch(s.vm()), "started", false, now)));
      case On(VmState s, Placing.ForRestart p) -> HostLossRules.placed(s, p, host, now);
      case On(Absent _, _), On(Known _, _) -> Optional.empty();
    };
  }

  private static List<Event> around(Event first, List<Event> between, Event last) {
    return Stream.of(List.of(first), between, List.of(last)).flatMap(List::stream).toList();
  }

  /** Why {@link #placed} did nothing. */
  static Refusal tooLate(VmId vm, VmState state, Placing placing) {
    return state instanceof Known s
            && placing instanceof Placing.ForStart p
            && !p.meets(s.vm().version())
        ? changed(s.vm(), p.ifVersion().orElseThrow())
        : Refusal.of(Refusal.Kind.CONFLICT, "%s is %s".formatted(vm, MigrationRules.name(state)));
  }

  /** It does not have the version the caller read. */
  static Refusal changed(Profile vm, long expected) {
    return Refusal.versionMismatch(vm.id().text(), vm.version(), expected);
  }

  /** What follows when the guest that was to stop is gone. */
  static Event gone(Stopping state, Instant now) {
    return switch (state.vm().pending().map(Profile.Pending::work).orElse(Work.STOP)) {
      case REBOOT ->
          new Event.Granted(
              state.grant().host(), VmState.nextEpoch(state.vm()), "rebooted", false, now);
      case DELETE -> new Event.Deleted(now);
      case START, STOP -> new Event.Stopped(now);
    };
  }

  static Event stuck(Stopping state, String reason, Instant now) {
    return new Event.OperationFailed(state.vm().pending().orElseThrow().operation(), reason, now);
  }

  private static Answer wrongState(VmId vm, VmState state) {
    return refuse(Refusal.Kind.CONFLICT, "%s is %s".formatted(vm, MigrationRules.name(state)));
  }

  private static Answer mismatch() {
    return refuse(
        Refusal.Kind.IDEMPOTENCY_MISMATCH, "this Idempotency-Key came with another request before");
  }

  private static Answer refuse(Refusal.Kind kind, String detail) {
    return new Answer.Say(new Reply.Refused(Refusal.of(kind, detail)));
  }

  private static String word(Work work) {
    return work.name().toLowerCase(Locale.ROOT);
  }
}
