package io.drover.agent.supervision;

import com.google.protobuf.ByteString;
import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestConsole;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.HypervisorException.Kind;
import io.drover.agent.guest.RunPermit;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.ConsoleText;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.protocol.v1.OrderResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The place a VM has for a guest on this host: empty, a guest, or the memory of how one ended. It
 * holds the guest's share of the host's memory. Knows no grants; called by one thread at a time,
 * except {@link #console}.
 */
final class HeldGuest {
  private final VmId vm;
  private final MemoryLedger memory;
  private final InstantSource clock;
  private final GuestReports reports;
  private final HostLease lease;

  private volatile @Nullable Guest guest;
  private boolean guarded;
  private long incarnation;
  private String hypervisor = "";
  private Optional<String> endReason = Optional.empty();
  private String pauseReason = "";
  private Instant startedAt = Instant.EPOCH;
  private Instant resumedAt = Instant.EPOCH;
  private Map<String, String> reportAtResume = Map.of();

  HeldGuest(VmId vm, HostParts parts, GuestReports reports) {
    this.vm = vm;
    this.memory = parts.memory();
    this.clock = parts.clock();
    this.reports = reports;
    this.lease = parts.lease();
  }

  // ---- coming and going

  /** Keeps memory for a guest to be made; what is held for an older one counts as free. */
  void reserve(GuestSpec spec) throws HypervisorException {
    if (!memory.reserve(vm, spec.resources().memory())) {
      throw new HypervisorException(
          Kind.INSUFFICIENT_RESOURCES,
          "%s needs %s of memory; guests hold %s of %s"
              .formatted(vm, spec.resources().memory(), memory.used(), memory.capacity()));
    }
  }

  /** To be given to the hypervisor that makes the next guest. */
  GuestListener listener() {
    long current = incarnation;
    return (_, reason) -> reports.guestEnded(current, reason);
  }

  /** Holds a guest just made. */
  void hold(Guest made, String kind) {
    guest = made;
    hypervisor = kind;
    startedAt = clock.instant();
  }

  /**
   * Holds a guest that was here before this agent.
   *
   * @param restartable whether it must not outlive the host's lease
   */
  void adopt(Guest found, String kind, boolean restartable) throws HypervisorException {
    guest = found;
    hypervisor = kind;
    memory.hold(vm, found.spec().resources().memory());
    if (restartable) {
      guard(found);
    }
  }

  /** Destroys what is here and forgets it, but keeps the memory that was reserved. */
  void makeRoom() {
    incarnation++; // what the hypervisor still says about the old one is no news
    Guest here = guest;
    if (here != null) {
      here.destroy();
    }
    unguard();
    guest = null;
    endReason = Optional.empty();
    pauseReason = "";
    resumedAt = Instant.EPOCH;
    reportAtResume = Map.of();
  }

  /** Destroys what is here and forgets it. */
  void discard() {
    makeRoom();
    memory.release(vm);
  }

  /** Gives memory back that was kept for a guest which then was not made. */
  void releaseUnused() {
    if (guest == null) {
      memory.release(vm);
    }
  }

  /** Destroys what is here and remembers why it ended. */
  void end(String kind, String reason) {
    hypervisor = kind;
    end(reason);
  }

  void end(String reason) {
    endReason = Optional.of(reason);
    Guest here = guest;
    if (here != null) {
      here.destroy();
    }
    unguard();
    memory.release(vm);
  }

  /** Whether this news of a guest's end is about the one that is here. */
  boolean isNews(long which) {
    return which == incarnation && endReason.isEmpty() && guest != null;
  }

  // ---- what it does

  /**
   * Lets it run.
   *
   * @param restartable whether it must not outlive the host's lease
   */
  void resume(boolean restartable) throws HypervisorException {
    Guest here = require();
    permit(here, restartable);
    Map<String, String> before = here.console().report();
    boolean wasRunning = here.state() == Guest.State.RUNNING;
    here.resume();
    if (!wasRunning) {
      resumedAt = clock.instant();
      reportAtResume = before;
    }
    pauseReason = "";
  }

  /** Guarded first: then it does not matter how long this host stands still before it runs. */
  private void permit(Guest here, boolean restartable) throws HypervisorException {
    if (restartable) {
      guard(here);
    }
    Optional<String> refusal = guarded ? lease.refusal() : Optional.empty();
    if (refusal.isPresent()) {
      throw new HypervisorException(
          Kind.LEASE_NOT_HELD, "%s may not run: %s".formatted(vm, refusal.get()));
    }
    if (guarded && !restartable) {
      unguard();
      here.heed(RunPermit.ALWAYS);
    }
  }

  private void guard(Guest here) throws HypervisorException {
    long current = incarnation;
    lease.guard(
        vm,
        here,
        () -> {
          here.destroy();
          reports.guestEnded(current, "its host's lease ran out");
        });
    guarded = true;
  }

  private void unguard() {
    if (guarded) {
      lease.release(vm);
      guarded = false;
    }
  }

  /** Why it ended by itself, as far as the host knows: the guard does not say it to the guest. */
  String explained(String reason) {
    return guarded ? lease.refusal().map(why -> reason + "; " + why).orElse(reason) : reason;
  }

  void pause(String reason) throws HypervisorException {
    var _ = require().pause();
    pauseReason = reason;
  }

  /** Says why a guest that was found paused stays so. */
  void explainPause(String reason) {
    pauseReason = reason;
  }

  void stop(Duration grace) throws HypervisorException {
    Guest here = require();
    incarnation++;
    here.stop(here.state() == Guest.State.RUNNING ? grace : Duration.ZERO);
    end("stopped by order");
  }

  GuestVerification verification() throws HypervisorException {
    return new GuestVerification(require(), reportAtResume, resumedAt);
  }

  // ---- what it is

  Guest require() throws HypervisorException {
    Guest here = guest;
    if (here == null) {
      throw new HypervisorException(Kind.INVALID_STATE, vm + " has no guest on this host");
    }
    return here;
  }

  String hypervisor() {
    return hypervisor;
  }

  Instant resumedAt() {
    return resumedAt;
  }

  /** Empty when nothing is here, not even the memory of an end. */
  Optional<Guest.State> state() {
    Guest here = guest;
    if (endReason.isPresent()) {
      return Optional.of(Guest.State.ENDED);
    }
    return here == null ? Optional.empty() : Optional.of(here.state());
  }

  /** All of a status but its epoch and migration. */
  GuestStatus.Builder describe(Phase phase) {
    Guest here = guest;
    GuestStatus.Builder status =
        GuestStatus.newBuilder()
            .setVmId(vm.text())
            .setHypervisor(hypervisor)
            .setStartedAtUs(ChronoUnit.MICROS.between(Instant.EPOCH, startedAt));
    if (here != null) {
      status.putAllReport(here.console().report());
    }
    return switch (phase) {
      case RUNNING, SENDING -> status.setState(GuestStatus.State.RUNNING);
      case PAUSED -> status.setState(GuestStatus.State.PAUSED).setReason(pauseReason);
      case STOPPED ->
          status.setState(GuestStatus.State.PAUSED).setReason("paused by its migration");
      case RECEIVING, READY -> status.setState(GuestStatus.State.INCOMING);
      case ENDED, ABSENT ->
          status
              .setState(GuestStatus.State.ENDED)
              .setReason(endReason.orElse(here == null ? "not on this host" : here.endReason()));
    };
  }

  /** What the guest printed. Any thread. */
  OrderResult console(GuestOrder.ReadConsole order) {
    Guest here = guest;
    if (here == null) {
      return OrderResults.failed(Code.NO_SUCH_GUEST, vm + " has no guest on this host");
    }
    GuestConsole.Text text = here.console().read(order.fromOffset(), order.maxBytes());
    return OrderResult.newBuilder()
        .setConsole(
            ConsoleText.newBuilder()
                .setStartOffset(text.startOffset())
                .setText(ByteString.copyFrom(text.bytes())))
        .build();
  }
}
