package io.drover.agent.store;

import io.drover.agent.guest.GuestSpec;
import io.drover.config.units.Epoch;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.util.Optional;

/**
 * What the agent remembers of one VM.
 *
 * @param highestRunEpoch orders below it come from somebody who no longer decides; never falls
 * @param heldEpoch under which this host got the guest it has; {@link Epoch#NONE} = it has none
 * @param grant the right to run it; only ever under the highest epoch
 * @param migration the migration the guest is part of, so that a guest that was stopped for one
 *     stays stopped after a crash
 */
public record VmRecord(
    VmId vm,
    Epoch highestRunEpoch,
    Epoch heldEpoch,
    Optional<Grant> grant,
    Optional<MigrationMark> migration)
    implements StoredRecord {

  /**
   * The right to run a VM here.
   *
   * @param hypervisor kind that runs it
   */
  public record Grant(Epoch runEpoch, GuestSpec spec, String hypervisor, Power desired) {}

  /** What a granted guest is to do. */
  public enum Power {
    RUNNING,
    PAUSED
  }

  /** Part of which migration the guest is. */
  public record MigrationMark(MigrationId migration, Side side) {}

  /** The ends of a migration. */
  public enum Side {
    SOURCE,
    TARGET
  }

  public static VmRecord unknown(VmId vm) {
    return new VmRecord(vm, Epoch.NONE, Epoch.NONE, Optional.empty(), Optional.empty());
  }

  /** Whether its guest is granted and is to run. */
  public boolean isToRun() {
    return grant.filter(g -> g.desired == Power.RUNNING).isPresent();
  }

  /** Whether its guest is started elsewhere when this host is lost. */
  public boolean isRestartable() {
    return grant.filter(g -> g.spec.restartable()).isPresent();
  }

  /** Remembers an epoch. A higher one means that somebody else was granted the VM. */
  public VmRecord seen(Epoch epoch) {
    return highestRunEpoch.isBefore(epoch)
        ? new VmRecord(vm, epoch, heldEpoch, Optional.empty(), migration)
        : this;
  }

  /** The guest, here, under this epoch, and no migration any more. */
  public VmRecord granted(Epoch epoch, GuestSpec spec, String hypervisor, Power desired) {
    Grant next = new Grant(epoch, spec, hypervisor, desired);
    return new VmRecord(vm, epoch, epoch, Optional.of(next), Optional.empty());
  }

  /** A guest that a migration will fill; known under the source's epoch, not granted. */
  public VmRecord incoming(Epoch sourceEpoch, MigrationId id) {
    MigrationMark mark = new MigrationMark(id, Side.TARGET);
    return new VmRecord(vm, sourceEpoch, sourceEpoch, Optional.empty(), Optional.of(mark));
  }

  public VmRecord desiring(Power power) {
    return new VmRecord(
        vm,
        highestRunEpoch,
        heldEpoch,
        grant.map(g -> new Grant(g.runEpoch, g.spec, g.hypervisor, power)),
        migration);
  }

  public VmRecord migrating(MigrationMark mark) {
    return new VmRecord(vm, highestRunEpoch, heldEpoch, grant, Optional.of(mark));
  }

  public VmRecord withHypervisor(String hypervisor) {
    return new VmRecord(
        vm,
        highestRunEpoch,
        heldEpoch,
        grant.map(g -> new Grant(g.runEpoch, g.spec, hypervisor, g.desired)),
        migration);
  }

  public VmRecord withoutMigration() {
    return new VmRecord(vm, highestRunEpoch, heldEpoch, grant, Optional.empty());
  }

  public VmRecord withoutGrant() {
    return new VmRecord(vm, highestRunEpoch, heldEpoch, Optional.empty(), migration);
  }

  /** No guest here; the epoch stays. */
  public VmRecord vacated() {
    return new VmRecord(vm, highestRunEpoch, Epoch.NONE, Optional.empty(), Optional.empty());
  }
}
