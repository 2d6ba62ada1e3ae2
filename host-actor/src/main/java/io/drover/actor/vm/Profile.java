package io.drover.actor.vm;

import io.drover.actor.CborSerializable;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.OperationView;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is known of a VM in every state.
 *
 * @param version counts events
 * @param reason why it is in its state, for people; empty when there is nothing to say
 * @param grant the last one; whether it is valid is the state's
 * @param restarts when counted restarts happened, the newest last
 * @param pending work under way, or waiting for a migration to end
 * @param migration the one under way, or the last one
 * @param closedMigrations that can never begin any more, the newest last
 * @param switchedOver the last migration that was
 */
record Profile(
    VmId id,
    String name,
    GuestSpec spec,
    String requestDigest,
    long version,
    String reason,
    Instant createdAt,
    Instant phaseSince,
    Optional<Grant> grant,
    List<Instant> restarts,
    Optional<Pending> pending,
    List<OperationView> operations,
    Optional<MigrationId> migration,
    List<MigrationId> closedMigrations,
    Optional<MigrationId> switchedOver)
    implements CborSerializable {
  /** Finished work that can still be asked for. */
  static final int OPERATION_LIMIT = 16;

  static final int CLOSED_MIGRATION_LIMIT = 16;
  static final int RESTART_LIMIT = 16;

  public Profile {
    restarts = newest(restarts, RESTART_LIMIT);
    operations = newest(operations, OPERATION_LIMIT);
    closedMigrations = newest(closedMigrations, CLOSED_MIGRATION_LIMIT);
  }

  /**
   * The right to run.
   *
   * @param activates this migration's incoming guest instead of booting
   * @param replaces another grant on the same host, whose guest has to go first
   */
  record Grant(
      HostId host, Epoch runEpoch, Optional<MigrationId> activates, boolean replaces, Instant since)
      implements CborSerializable {}

  /** Work that was accepted and is not done. */
  record Pending(OperationId operation, Vm.Work work, Duration grace) implements CborSerializable {}

  static Profile of(Vm.Event.Created e) {
    return new Profile(
        e.vm(),
        e.name(),
        e.spec(),
        e.requestDigest(),
        0,
        "",
        e.at(),
        e.at(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        List.of(),
        Optional.empty());
  }

  Epoch lastEpoch() {
    return grant.map(Grant::runEpoch).orElse(Epoch.NONE);
  }

  boolean isClosed(MigrationId m) {
    return closedMigrations.contains(m);
  }

  Optional<OperationView> operation(OperationId id) {
    return operations.stream().filter(o -> o.id().equals(id.text())).findFirst();
  }

  /** Counted restarts since then. */
  long restartsSince(Instant start) {
    return restarts.stream().filter(t -> !t.isBefore(start)).count();
  }

  Profile entering(String why, Instant at) {
    return new Profile(
        id,
        name,
        spec,
        requestDigest,
        version,
        why,
        createdAt,
        at,
        grant,
        restarts,
        pending,
        operations,
        migration,
        closedMigrations,
        switchedOver);
  }

  Profile counted() {
    return new Profile(
        id,
        name,
        spec,
        requestDigest,
        version + 1,
        reason,
        createdAt,
        phaseSince,
        grant,
        restarts,
        pending,
        operations,
        migration,
        closedMigrations,
        switchedOver);
  }

  Profile granted(Grant next) {
    return new Profile(
        id,
        name,
        spec,
        requestDigest,
        version,
        reason,
        createdAt,
        phaseSince,
        Optional.of(next),
        restarts,
        pending,
        operations,
        migration,
        closedMigrations,
        switchedOver);
  }

  Profile restarted(Instant at) {
    List<Instant> all = new ArrayList<>(restarts);
    all.add(at);
    return new Profile(
        id,
        name,
        spec,
        requestDigest,
        version,
        reason,
        createdAt,
        phaseSince,
        grant,
        all,
        pending,
        operations,
        migration,
        closedMigrations,
        switchedOver);
  }

  Profile forgiven() {
    return new Profile(
        id,
        name,
        spec,
        requestDigest,
        version,
        reason,
        createdAt,
        phaseSince,
        grant,
        List.of(),
        pending,
        operations,
        migration,
        closedMigrations,
        switchedOver);
  }

  Profile migrating(MigrationId m) {
    return migration(Optional.of(m), closedMigrations, switchedOver);
  }

  Profile closed(MigrationId m) {
    List<MigrationId> all = new ArrayList<>(closedMigrations);
    all.remove(m);
    all.add(m);
    return migration(migration, all, switchedOver);
  }

  Profile switchedOver(MigrationId m) {
    return migration(migration, closedMigrations, Optional.of(m));
  }

  private Profile migration(
      Optional<MigrationId> current, List<MigrationId> closed, Optional<MigrationId> switched) {
    return new Profile(
        id,
        name,
        spec,
        requestDigest,
        version,
        reason,
        createdAt,
        phaseSince,
        grant,
        restarts,
        pending,
        operations,
        current,
        closed,
        switched);
  }

  /** New work; what was pending is cancelled by it. */
  Profile accepted(Vm.Event.OperationAccepted e) {
    Profile base =
        pending.isPresent() ? ended(OperationView.Status.CANCELLED, "replaced", e.at()) : this;
    List<OperationView> all = new ArrayList<>(base.operations);
    all.add(view(id, e));
    return base.operations(Optional.of(new Pending(e.operation(), e.work(), e.grace())), all);
  }

  /** As the API shows it the moment it is accepted. */
  static OperationView view(VmId vm, Vm.Event.OperationAccepted e) {
    return new OperationView(
        e.operation().text(),
        e.work().name().toLowerCase(Locale.ROOT),
        vm.text(),
        OperationView.Status.RUNNING,
        "",
        e.at(),
        Optional.empty());
  }

  /** The pending work could not be done, and stays what the VM is on its way to. */
  Profile stuck(String why, Instant at) {
    return ended(OperationView.Status.FAILED, why, at).pending(pending);
  }

  private Profile pending(Optional<Pending> kept) {
    return operations(kept, operations);
  }

  /** The pending work is over. */
  Profile ended(OperationView.Status status, String why, Instant at) {
    if (pending.isEmpty()) {
      return this;
    }
    String ending = pending.get().operation().text();
    List<OperationView> all =
        operations.stream()
            .map(o -> o.id().equals(ending) ? ended(o, status, why, at) : o)
            .toList();
    return operations(Optional.empty(), all);
  }

  private static OperationView ended(
      OperationView o, OperationView.Status status, String why, Instant at) {
    return new OperationView(
        o.id(), o.kind(), o.subject(), status, why, o.startedAt(), Optional.of(at));
  }

  private Profile operations(Optional<Pending> next, List<OperationView> all) {
    return new Profile(
        id,
        name,
        spec,
        requestDigest,
        version,
        reason,
        createdAt,
        phaseSince,
        grant,
        restarts,
        next,
        all,
        migration,
        closedMigrations,
        switchedOver);
  }

  private static <T> List<T> newest(List<T> all, int limit) {
    return List.copyOf(all.subList(Math.max(0, all.size() - limit), all.size()));
  }
}
