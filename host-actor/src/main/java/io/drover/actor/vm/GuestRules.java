package io.drover.actor.vm;

import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.actor.vm.Profile.Grant;
import io.drover.actor.vm.Vm.Event;
import io.drover.actor.vm.VmState.Absent;
import io.drover.actor.vm.VmState.Deleted;
import io.drover.actor.vm.VmState.Failed;
import io.drover.actor.vm.VmState.Granted;
import io.drover.actor.vm.VmState.Locked;
import io.drover.actor.vm.VmState.Migrating;
import io.drover.actor.vm.VmState.Running;
import io.drover.actor.vm.VmState.Settling;
import io.drover.actor.vm.VmState.Starting;
import io.drover.actor.vm.VmState.Stopped;
import io.drover.actor.vm.VmState.Stopping;
import io.drover.actor.vm.VmState.UnderMigration;
import io.drover.config.settings.EntitySettings;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.Spans;
import java.time.Instant;

/**
 * What to do about a guest, given what the VM's journal says and what a host reports: the grant
 * decides, never the report. Pure.
 */
final class GuestRules {
  /** What to do. */
  sealed interface Verdict {
    record Nothing() implements Verdict {}

    /** It runs under its grant. */
    record Runs() implements Verdict {}

    /**
     * The granted guest is gone.
     *
     * @param counted against the restart limit: it ended by itself
     */
    record Lost(String reason, boolean counted) implements Verdict {}

    /** The guest that was to stop has stopped. */
    record Gone() implements Verdict {}

    /** Order again what the state wants. */
    record Repeat() implements Verdict {}

    /** Granted but paused: let it go on. */
    record Resume() implements Verdict {}

    /** A remnant of an earlier grant, or of a VM that has none. */
    record Remove(HostId host, Epoch runEpoch) implements Verdict {}

    /** Nobody granted this: it must not run until somebody has looked at it. */
    record Pause(HostId host, Epoch runEpoch) implements Verdict {}

    /**
     * The incoming guest of a migration that is over.
     *
     * @param runEpoch of the VM's grant: that host may have seen a later one than this guest's
     */
    record Discard(HostId host, MigrationId migration, Epoch runEpoch) implements Verdict {}

    /** The migration has lost its source. */
    record GiveUp(MigrationId migration, String reason) implements Verdict {}
  }

  private static final Verdict NOTHING = new Verdict.Nothing();

  private GuestRules() {}

  /**
   * A host says that it has this guest.
   *
   * @param complete said on a new session or on demand, not as the news of a change
   */
  static Verdict seen(VmState state, HostId host, GuestStatus guest, boolean complete) {
    return switch (state) {
      case Absent _ ->
          guest.state() == GuestState.ENDED ? NOTHING : new Verdict.Pause(host, guest.runEpoch());
      case Stopped _, Failed _, Deleted _ ->
          guest.state() == GuestState.ENDED && !complete
              ? NOTHING // the news that our own stop was done
              : new Verdict.Remove(host, guest.runEpoch());
      case Granted s when !s.grant().host().equals(host) -> elsewhere(s, host, guest);
      case Granted s when s.grant().runEpoch().isBefore(guest.runEpoch()) ->
          new Verdict.Pause(host, guest.runEpoch());
      case Granted s when guest.runEpoch().isBefore(s.grant().runEpoch()) ->
          olderThanGranted(s, complete);
      case Granted s -> granted(s, guest, complete);
    };
  }

  private static Verdict elsewhere(Granted state, HostId host, GuestStatus guest) {
    if (state instanceof UnderMigration m
        && (guest.migration().filter(m.migration()::equals).isPresent()
            || (m instanceof Settling s && s.source().equals(host)))) {
      return NOTHING; // the migration's own business
    }
    if (guest.state() == GuestState.INCOMING && guest.migration().isPresent()) {
      return new Verdict.Discard(host, guest.migration().get(), state.grant().runEpoch());
    }
    return guest.runEpoch().isBefore(state.grant().runEpoch())
        ? new Verdict.Remove(host, guest.runEpoch())
        : new Verdict.Pause(host, guest.runEpoch());
  }

  private static Verdict olderThanGranted(Granted state, boolean complete) {
    return switch (state) {
      case Starting _, Stopping _ -> complete ? new Verdict.Repeat() : NOTHING;
      case Settling s -> complete && !s.confirmed() ? new Verdict.Repeat() : NOTHING;
      case Running _ -> complete ? new Verdict.Lost("its host has an older guest", false) : NOTHING;
      case Migrating _, Locked _ -> NOTHING;
    };
  }

  private static Verdict granted(Granted state, GuestStatus guest, boolean complete) {
    return switch (guest.state()) {
      case RUNNING ->
          switch (state) {
            case Starting _ -> new Verdict.Runs();
            case Settling s -> s.confirmed() ? NOTHING : new Verdict.Runs();
            case Stopping _ -> complete ? new Verdict.Repeat() : NOTHING;
            case Running _, Migrating _, Locked _ -> NOTHING;
          };
      case STARTING -> NOTHING;
      case PAUSED, INCOMING ->
          switch (state) {
            case Starting _, Running _ -> new Verdict.Resume();
            case Settling s -> s.confirmed() ? new Verdict.Resume() : new Verdict.Repeat();
            case Stopping _ -> complete ? new Verdict.Repeat() : NOTHING;
            case Migrating _, Locked _ -> NOTHING; // paused by the migration
          };
      case ENDED ->
          ended(state, guest.reason().isEmpty() ? "its guest ended" : guest.reason(), true);
    };
  }

  private static Verdict ended(Granted state, String reason, boolean counted) {
    return switch (state) {
      case Starting _, Running _, Settling _ -> new Verdict.Lost(reason, counted);
      case Stopping _ -> new Verdict.Gone();
      case UnderMigration m -> new Verdict.GiveUp(m.migration(), reason);
    };
  }

  /**
   * A host says all it has, and has nothing of this VM.
   *
   * @param restarted its agent is another process than the one last seen there
   */
  static Verdict missing(VmState state, HostId host, boolean restarted) {
    return switch (state) {
      case Absent _, Stopped _, Failed _, Deleted _ -> NOTHING;
      case Granted s when !s.grant().host().equals(host) -> NOTHING;
      case Starting _ -> restarted ? lostWithAgent(host) : new Verdict.Repeat();
      case Settling s when !s.confirmed() -> restarted ? lostWithAgent(host) : new Verdict.Repeat();
      case Stopping _ -> new Verdict.Repeat(); // may be booting there: who stops it says that it is
      case Granted s -> ended(s, "the agent of " + host + " came back without its guest", false);
    };
  }

  private static Verdict lostWithAgent(HostId host) {
    return new Verdict.Lost("the agent of " + host + " restarted", false);
  }

  /** The order to start it, or to let it go on, failed. */
  static Verdict startFailed(Grant grant, String detail) {
    return new Verdict.Lost("%s could not run it: %s".formatted(grant.host(), detail), true);
  }

  /** It gets another grant there, unless it has been restarted too often. */
  static Event lost(Granted state, Verdict.Lost v, EntitySettings settings, Instant now) {
    long restarts = state.vm().restartsSince(now.minus(settings.restartWindow()));
    return v.counted() && restarts >= settings.restartLimit()
        ? new Event.Failed(
            "%s; restarted %d times in %s already"
                .formatted(v.reason(), restarts, Spans.text(settings.restartWindow())),
            now)
        : new Event.Granted(
            state.grant().host(), VmState.nextEpoch(state.vm()), v.reason(), v.counted(), now);
  }
}
