package io.drover.actor.vm;

import io.drover.actor.agent.HostLossPolicy.OnHostLoss;
import io.drover.actor.api.Refusal.HostReason;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.vm.Placing.ForRestart.End;
import io.drover.actor.vm.Vm.Event;
import io.drover.actor.vm.VmState.Granted;
import io.drover.actor.vm.VmState.Settling;
import io.drover.actor.vm.VmState.Starting;
import io.drover.actor.vm.VmState.UnderMigration;
import io.drover.config.settings.EntitySettings;
import io.drover.config.units.HostId;
import io.drover.config.units.Spans;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What becomes of a VM whose host is proven to be lost. Pure. */
final class HostLossRules {
  /** What to do. */
  sealed interface Recovery {
    record Nothing() implements Recovery {}

    /** It has nothing to do with that host any more. */
    record Release() implements Recovery {}

    /**
     * It stays where it is.
     *
     * @param reason for people
     */
    record Keep(String reason) implements Recovery {}

    record Do(List<Event> events) implements Recovery {}

    /** Find another host for it. */
    record Place(Placing.ForRestart placing) implements Recovery {}
  }

  private HostLossRules() {}

  static Recovery fenced(
      VmState state, HostId host, FenceProof proof, EntitySettings settings, Instant now) {
    if (!(state instanceof Granted s) || !s.grant().host().equals(host)) {
      boolean source = state instanceof Settling settling && settling.source().equals(host);
      return source ? new Recovery.Nothing() : new Recovery.Release(); // the migration's business
    }
    if (s.vm().spec().hostLoss().onHostLoss() == OnHostLoss.KEEP && !proof.powerOff()) {
      return new Recovery.Keep(
          "its host %s has lost its lease, and the VM is kept: confirm that the host is off"
              .formatted(host));
    }
    String reason = "host %s was fenced by %s".formatted(host, proof.by());
    Optional<Event> ending = ending(s, now);
    if (ending.isPresent()) {
      return new Recovery.Do(plus(migrationOver(s, reason, now), ending.get()));
    }
    long relocations = s.vm().relocationsSince(now.minus(settings.restartWindow()));
    return relocations >= settings.relocationLimit()
        ? new Recovery.Do(
            plus(
                migrationOver(s, reason, now),
                new Event.OperatorNeeded(
                    "%s; it was restarted elsewhere %d times in %s already"
                        .formatted(reason, relocations, Spans.text(settings.restartWindow())),
                    now)))
        : new Recovery.Place(
            new Placing.ForRestart(host, s.grant().runEpoch(), reason, End.FENCED));
  }

  /**
   * Its host takes orders, and does not hold its lease: what was to start there, and has no memory
   * to lose, may start elsewhere. Within the limit of restarts elsewhere; then it waits.
   */
  static Optional<Placing.ForRestart> leaving(
      Starting state, EntitySettings settings, Instant now) {
    HostId host = state.grant().host();
    boolean mayLeave =
        state.grant().activates().isEmpty()
            && state.vm().spec().hostLoss().onHostLoss() != OnHostLoss.KEEP
            && state.vm().relocationsSince(now.minus(settings.restartWindow()))
                < settings.relocationLimit();
    return mayLeave
        ? Optional.of(
            new Placing.ForRestart(
                host,
                state.grant().runEpoch(),
                "host %s does not hold its lease".formatted(host),
                End.REMOVED))
        : Optional.empty();
  }

  /** The source of a migration that has yet to clean up there: it would give back the new claim. */
  static List<HostReason> avoid(VmState state) {
    return state instanceof Settling s
        ? List.of(new HostReason(s.source().text(), s.migration() + " has yet to leave it"))
        : List.of();
  }

  /** Its guest was to end anyway, and has. */
  private static Optional<Event> ending(Granted state, Instant now) {
    return state
        .vm()
        .pending()
        .flatMap(pending ->
            switch (pending.work()) {
              case STOP -> Optional.of(new Event.Stopped(now));
              case DELETE -> Optional.of(new Event.Deleted(now));
              case START, REBOOT -> Optional.empty();
            });
  }

  /** Another host was claimed; empty = too late, the claim is to be given back. */
  static Optional<List<Event>> placed(
      VmState state, Placing.ForRestart placing, HostId host, Instant now) {
    return state instanceof Granted s
            && s.grant().host().equals(placing.lost())
            && s.grant().runEpoch().equals(placing.runEpoch())
            && ending(s, now).isEmpty()
        ? Optional.of(
            Stream.of(
                    Residence.before(s.vm().home(), host, now),
                    migrationOver(s, placing.reason(), now),
                    List.<Event>of(
                        new Event.Relocated(
                            host,
                            VmState.nextEpoch(s.vm()),
                            placing.lost(),
                            placing.reason(),
                            now)))
                .flatMap(List::stream)
                .toList())
        : Optional.empty();
  }

  /** A migration of it cannot switch over any more; what it left behind it cleans up itself. */
  private static List<Event> migrationOver(Granted state, String reason, Instant now) {
    if (!(state instanceof UnderMigration m)) {
      return List.of();
    }
    Event ended = new Event.MigrationEnded(m.migration(), reason, now);
    return m instanceof Settling
        ? List.of(ended)
        : List.of(new Event.MigrationAbandoned(m.migration(), now), ended);
  }

  private static List<Event> plus(List<Event> first, Event last) {
    List<Event> all = new ArrayList<>(first);
    all.add(last);
    return all;
  }
}
