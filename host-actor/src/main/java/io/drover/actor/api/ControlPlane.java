package io.drover.actor.api;

import io.drover.actor.CborSerializable;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.agent.ImagePin;
import io.drover.config.units.AreaId;
import io.drover.config.units.DataRate;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * Changes, and authoritative look-ups of one thing: each call is routed to the entity that decides.
 * A stage that completes normally after a change means that its event is in the journal. Refusals
 * complete it with {@link RefusedException}. Never blocks; safe on any thread.
 */
public interface ControlPlane {
  /**
   * Places the VM, and lets it start.
   *
   * @param idempotencyKey a retry with the same key and request gets the same VM
   */
  CompletionStage<VmView> createVm(NewVm request, Optional<String> idempotencyKey);

  CompletionStage<VmView> vm(VmId vm);

  CompletionStage<OperationView> startVm(VmId vm, Terms terms);

  /** Asks the guest to stop; kills it after the grace period. */
  CompletionStage<OperationView> stopVm(VmId vm, Duration grace, Terms terms);

  CompletionStage<OperationView> rebootVm(VmId vm, Terms terms);

  /** Stops and forgets it. */
  CompletionStage<OperationView> deleteVm(VmId vm, Terms terms);

  /** A piece of the console, from the host that runs the VM. */
  CompletionStage<ConsoleView> console(VmId vm, long fromOffset, int maxBytes);

  /**
   * Starts a live migration. Whatever can be known beforehand is refused at once; a VM that changes
   * after that, before it takes part, has the migration end with that reason.
   */
  CompletionStage<MigrationView> migrate(VmId vm, MigrateRequest request, Terms terms);

  CompletionStage<MigrationView> migration(MigrationId migration);

  /** Cancels it unless the switchover has happened. */
  CompletionStage<MigrationView> cancelMigration(MigrationId migration, Terms terms);

  CompletionStage<OperationView> operation(OperationId operation);

  CompletionStage<HostView> host(HostId host);

  CompletionStage<HostView> cordon(HostId host, Terms terms);

  CompletionStage<HostView> uncordon(HostId host, Terms terms);

  /**
   * A person says that a host is off: its VMs are restarted elsewhere. Refused while its agent is
   * connected.
   */
  CompletionStage<HostView> confirmOff(HostId host, String reason, Terms terms);

  /**
   * Cordons the host and moves everything off it, within the budget of moves. While one is under
   * way, that one is answered. Refused when the host's agent is not connected.
   */
  CompletionStage<OperationView> drain(HostId host, Terms terms);

  /** Starts no more migrations, and cancels its own that have not switched over. */
  CompletionStage<OperationView> abortDrain(HostId host, Terms terms);

  /** The drain of the host that is under way, or the last one. */
  CompletionStage<DrainView> drainOf(HostId host);

  CompletionStage<AreaView> area(AreaId area);

  /** Changes what an operator decides for an area; refused for a hierarchy that cannot be. */
  CompletionStage<AreaView> changeArea(AreaId area, AreaChange change, Terms terms);

  /**
   * Has another area run this one from now on.
   *
   * @param to of its hierarchy; empty = the first with room
   */
  CompletionStage<AreaView> failOver(AreaId area, Optional<AreaId> to, String reason, Terms terms);

  /**
   * Has every area take back the cells that this one runs for it because of its load.
   *
   * @return the area that wants its room for itself
   */
  CompletionStage<AreaView> recall(AreaId lender, String reason, Terms terms);

  /** Has an area run itself again. */
  CompletionStage<AreaView> failBack(AreaId area, String reason, Terms terms);

  /**
   * Has the area fail over and come back, and measures both. While one is under way, that one is
   * answered. Refused for an area that does not run all of itself, or without a backup with room.
   *
   * @param to of its hierarchy; empty = the first with room
   */
  CompletionStage<OperationView> drill(AreaId area, Optional<AreaId> to, Terms terms);

  /** Has the area come back at once. */
  CompletionStage<OperationView> abortDrill(AreaId area, Terms terms);

  /** The drill of the area that is under way, or the last one. */
  CompletionStage<DrillView> drillOf(AreaId area);

  /**
   * Lost hosts are fenced from now on.
   *
   * @param force also those that vanished with many others, or while losses were ignored
   */
  CompletionStage<ArmingView> arm(AreaId area, boolean force, Optional<String> idempotencyKey);

  /** No host of the area is fenced for a while. */
  CompletionStage<ArmingView> disarm(AreaId area, Disarming how, Optional<String> idempotencyKey);

  /** Deletes an image that came through the API; refused while VMs use it, naming them. */
  CompletionStage<Void> deleteImage(String name, Optional<String> idempotencyKey);

  /**
   * How an area is disarmed.
   *
   * @param span after which it arms itself again
   * @param reason for people
   */
  record Disarming(Duration span, ArmingView.Mode mode, String reason) {}

  /**
   * On what terms a change is asked for.
   *
   * @param idempotencyKey a retry with the same key and request is answered as the first was
   * @param ifVersion only if the thing has this version when the change is decided
   */
  record Terms(Optional<String> idempotencyKey, OptionalLong ifVersion) {
    public static final Terms NONE = new Terms(Optional.empty(), OptionalLong.empty());
  }

  /**
   * What is to become of an area's policy; what is empty stays.
   *
   * @param failback {@code MANUAL}, {@code AUTO} or {@code NEVER}
   */
  record AreaChange(
      Optional<List<AreaId>> backups,
      Optional<String> failback,
      Optional<Duration> failbackAfter,
      Optional<Integer> borrowLimit)
      implements CborSerializable {}

  /**
   * A VM to be.
   *
   * @param name for people; need not be unique
   * @param host places it there or nowhere
   * @param burst whether it may be placed in another area when its own has no room
   */
  record NewVm(AreaId area, String name, GuestSpec spec, Optional<HostId> host, BurstPolicy burst) {
    public NewVm {
      burst = Objects.requireNonNullElse(burst, BurstPolicy.NEVER); // from an older release
    }

    public NewVm(AreaId area, String name, GuestSpec spec, Optional<HostId> host) {
      this(area, name, spec, host, BurstPolicy.NEVER);
    }

    /** The same of this very content. */
    public NewVm pinned(Optional<ImagePin> pin) {
      return new NewVm(area, name, spec.pinned(pin), host, burst);
    }
  }

  /**
   * How to migrate.
   *
   * @param target the host, or empty to let the scheduler choose
   * @param area choose among this area's hosts; empty for the source's own
   * @param bandwidthLimit payload rate of pre-copy
   */
  record MigrateRequest(
      Optional<HostId> target,
      Optional<AreaId> area,
      Optional<Duration> downtimeLimit,
      DataRate bandwidthLimit) {}
}
