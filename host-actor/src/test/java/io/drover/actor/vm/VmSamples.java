package io.drover.actor.vm;

import static io.drover.actor.Samples.E1;
import static io.drover.actor.Samples.E2;
import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.H2;
import static io.drover.actor.Samples.M1;
import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.OP1;
import static io.drover.actor.Samples.SPEC;
import static io.drover.actor.Samples.VM;

import io.drover.actor.api.BurstPolicy;
import io.drover.actor.vm.Vm.Event;
import io.drover.actor.vm.Vm.Work;
import io.drover.config.units.AreaId;
import java.time.Duration;
import java.util.List;

/** VMs in every state, each by the events that lead there. */
final class VmSamples {
  static final Event CREATED = new Event.Created(VM, "web", SPEC, BurstPolicy.ALLOW, "digest", NOW);
  static final Event GRANTED = new Event.Granted(H1, E1, "created", false, NOW);
  static final Event STARTED = new Event.Started(E1, NOW);
  static final Event FAILED = new Event.Failed("trap", NOW);
  static final Event BEGUN = new Event.MigrationBegun(M1, NOW);
  static final Event LOCKED = new Event.Locked(M1, NOW);
  static final Event SWITCHED = new Event.SwitchedOver(M1, H2, E2, NOW);
  static final Event ABANDONED = new Event.MigrationAbandoned(M1, NOW);
  static final Event ENDED = new Event.MigrationEnded(M1, "completed", NOW);
  static final Event STOPPED = new Event.Stopped(NOW);
  static final Event DELETED = new Event.Deleted(NOW);

  private VmSamples() {}

  static Event accepted(Work work) {
    return new Event.OperationAccepted(OP1, work, Duration.ofSeconds(5), NOW);
  }

  static VmState after(Event... events) {
    VmState state = new VmState.Absent();
    for (Event event : events) {
      state = VmState.evolve(state, event);
    }
    return state;
  }

  static VmState absent() {
    return after();
  }

  static VmState stopped() {
    return after(CREATED, GRANTED, STARTED, accepted(Work.STOP), STOPPED);
  }

  static VmState failed() {
    return after(CREATED, GRANTED, STARTED, FAILED);
  }

  static VmState starting() {
    return after(CREATED, GRANTED);
  }

  static VmState running() {
    return after(CREATED, GRANTED, STARTED);
  }

  static VmState migrating() {
    return after(CREATED, GRANTED, STARTED, BEGUN);
  }

  static VmState migratingAndToStop() {
    return after(CREATED, GRANTED, STARTED, BEGUN, accepted(Work.STOP));
  }

  static VmState abandoned() {
    return after(CREATED, GRANTED, STARTED, BEGUN, LOCKED, ABANDONED);
  }

  static VmState locked() {
    return after(CREATED, GRANTED, STARTED, BEGUN, LOCKED);
  }

  static VmState settling() {
    return after(CREATED, GRANTED, STARTED, BEGUN, LOCKED, SWITCHED);
  }

  static VmState settled() {
    return after(CREATED, GRANTED, STARTED, BEGUN, LOCKED, SWITCHED, new Event.Started(E2, NOW));
  }

  static VmState stopping(Work work) {
    return after(CREATED, GRANTED, STARTED, accepted(work));
  }

  static VmState deleted() {
    return after(CREATED, GRANTED, STARTED, accepted(Work.DELETE), DELETED);
  }

  static List<VmState> states() {
    return List.of(
        absent(),
        stopped(),
        failed(),
        starting(),
        running(),
        migrating(),
        migratingAndToStop(),
        abandoned(),
        locked(),
        settling(),
        settled(),
        stopping(Work.STOP),
        stopping(Work.REBOOT),
        stopping(Work.DELETE),
        deleted());
  }

  static List<Event> events() {
    return List.of(
        CREATED,
        new Event.Overflowed(NORTH, new AreaId("south"), NOW),
        GRANTED,
        STARTED,
        accepted(Work.STOP),
        new Event.OperationFailed(OP1, "hypervisor says no", NOW),
        STOPPED,
        DELETED,
        FAILED,
        new Event.Relocated(H2, E2, H1, "h1 was fenced", NOW),
        new Event.OperatorNeeded("again", NOW),
        BEGUN,
        LOCKED,
        SWITCHED,
        ABANDONED,
        ENDED);
  }
}
