package io.drover.actor.vm;

import io.drover.actor.CborSerializable;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.OperationView;
import io.drover.config.units.AreaId;
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
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

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
 * @param relocations when it was restarted elsewhere, the newest last
 * @param residence where it belongs
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
    Optional<MigrationId> switchedOver,
    List<Instant> relocations,
    Residence residence)
    implements CborSerializable {
  /** Finished work that can still be asked for. */
  static final int OPERATION_LIMIT = 16;

  static final int CLOSED_MIGRATION_LIMIT = 16;
  static final int RESTART_LIMIT = 16;

  public Profile {
    restarts = newest(restarts, RESTART_LIMIT);
    operations = newest(operations, OPERATION_LIMIT);
    closedMigrations = newest(closedMigrations, CLOSED_MIGRATION_LIMIT);
    relocations =
        newest(Objects.requireNonNullElse(relocations, List.of()), RESTART_LIMIT); // older events
    residence = Objects.requireNonNullElse(residence, Residence.OF_BEFORE);
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
        Optional.empty(),
        List.of(),
        new Residence(e.burst(), Optional.empty()));
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
    return changed(p -> {
      p.reason = why;
      p.phaseSince = at;
    });
  }

  Profile counted() {
    return changed(p -> p.version++);
  }

  Profile granted(Grant next) {
    return changed(p -> {
      p.grant = Optional.of(next);
      p.residence = residence.grantedAt(next.host());
    });
  }

  Profile overflowed(Vm.Event.Overflowed e) {
    return changed(p -> p.residence = residence.leaving(e.home(), e.at()));
  }

  /** The area whose scheduler finds a host for it. */
  AreaId home() {
    return residence
        .away()
        .map(Residence.Away::home)
        .or(() -> grant.map(g -> g.host().area()))
        .orElseGet(id::area);
  }

  Profile restarted(Instant at) {
    List<Instant> all = new ArrayList<>(restarts);
    all.add(at);
    return changed(p -> p.restarts = all);
  }

  /** Restarts elsewhere since then. */
  long relocationsSince(Instant start) {
    return relocations.stream().filter(t -> !t.isBefore(start)).count();
  }

  Profile relocated(Instant at) {
    List<Instant> all = new ArrayList<>(relocations);
    all.add(at);
    return changed(p -> p.relocations = all);
  }

  Profile forgiven() {
    return changed(p -> {
      p.restarts = List.of();
      p.relocations = List.of();
    });
  }

  Profile migrating(MigrationId m) {
    return changed(p -> p.migration = Optional.of(m));
  }

  Profile closed(MigrationId m) {
    List<MigrationId> all = new ArrayList<>(closedMigrations);
    all.remove(m);
    all.add(m);
    return changed(p -> p.closedMigrations = all);
  }

  Profile switchedOver(MigrationId m) {
    return changed(p -> p.switchedOver = Optional.of(m));
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
    return changed(p -> {
      p.pending = next;
      p.operations = all;
    });
  }

  private Profile changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.done();
  }

  /** What changes of a profile while it is being copied. */
  private static final class Draft {
    private final Profile from;
    private long version;
    private String reason;
    private Instant phaseSince;
    private Optional<Grant> grant;
    private List<Instant> restarts;
    private Optional<Pending> pending;
    private List<OperationView> operations;
    private Optional<MigrationId> migration;
    private List<MigrationId> closedMigrations;
    private Optional<MigrationId> switchedOver;
    private List<Instant> relocations;
    private Residence residence;

    private Draft(Profile from) {
      this.from = from;
      version = from.version;
      reason = from.reason;
      phaseSince = from.phaseSince;
      grant = from.grant;
      restarts = from.restarts;
      pending = from.pending;
      operations = from.operations;
      migration = from.migration;
      closedMigrations = from.closedMigrations;
      switchedOver = from.switchedOver;
      relocations = from.relocations;
      residence = from.residence;
    }

    private Profile done() {
      return new Profile(
          from.id,
          from.name,
          from.spec,
          from.requestDigest,
          version,
          reason,
          from.createdAt,
          phaseSince,
          grant,
          restarts,
          pending,
          operations,
          migration,
          closedMigrations,
          switchedOver,
          relocations,
          residence);
    }
  }

  private static <T> List<T> newest(List<T> all, int limit) {
    return List.copyOf(all.subList(Math.max(0, all.size() - limit), all.size()));
  }
}
