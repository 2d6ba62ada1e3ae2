package io.drover.agent.fake;

import static io.drover.agent.fake.Samples.MIGRATION;

import io.drover.agent.guest.GuestSpec;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.AbortMigration;
import io.drover.protocol.v1.Activate;
import io.drover.protocol.v1.Boot;
import io.drover.protocol.v1.Continue;
import io.drover.protocol.v1.OnHostLoss;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.PauseGuest;
import io.drover.protocol.v1.PrepareTarget;
import io.drover.protocol.v1.ReadConsole;
import io.drover.protocol.v1.RemoveGuest;
import io.drover.protocol.v1.RunGuest;
import io.drover.protocol.v1.StartPreCopy;
import io.drover.protocol.v1.StopAndCopy;
import io.drover.protocol.v1.StopGuest;
import io.drover.protocol.v1.TransferTicket;
import io.drover.protocol.v1.VerifyGuest;
import java.time.Duration;

/** Orders as the control plane writes them. */
public final class Orders {
  private Orders() {}

  public static Order.Builder boot(GuestSpec spec, long epoch) {
    return Order.newBuilder().setRunGuest(run(spec, epoch).setBoot(Boot.newBuilder()));
  }

  public static Order.Builder activate(GuestSpec spec, long epoch) {
    return Order.newBuilder()
        .setRunGuest(
            run(spec, epoch).setActivate(Activate.newBuilder().setMigrationId(MIGRATION.text())));
  }

  public static Order.Builder continueGuest(GuestSpec spec, long epoch) {
    return Order.newBuilder().setRunGuest(run(spec, epoch).setContinue(Continue.newBuilder()));
  }

  private static RunGuest.Builder run(GuestSpec spec, long epoch) {
    return RunGuest.newBuilder()
        .setVmId(spec.vm().text())
        .setRunEpoch(epoch)
        .setSpec(written(spec));
  }

  private static io.drover.protocol.v1.GuestSpec written(GuestSpec spec) {
    return io.drover.protocol.v1.GuestSpec.newBuilder()
        .setImage(spec.image())
        .setCpuMillis(spec.resources().cpuMillis())
        .setMemoryBytes(spec.resources().memory().bytes())
        .putAllArguments(spec.arguments())
        .setOnHostLoss(spec.restartable() ? OnHostLoss.RESTART : OnHostLoss.KEEP)
        .build();
  }

  public static Order.Builder stop(VmId vm, long epoch) {
    return Order.newBuilder()
        .setStopGuest(
            StopGuest.newBuilder().setVmId(vm.text()).setRunEpoch(epoch).setGraceMs(1_000));
  }

  public static Order.Builder remove(VmId vm, long epoch) {
    return Order.newBuilder()
        .setRemoveGuest(RemoveGuest.newBuilder().setVmId(vm.text()).setRunEpoch(epoch));
  }

  public static Order.Builder pause(VmId vm, long epoch) {
    return Order.newBuilder()
        .setPauseGuest(PauseGuest.newBuilder().setVmId(vm.text()).setRunEpoch(epoch));
  }

  public static Order.Builder console(VmId vm) {
    return Order.newBuilder()
        .setReadConsole(ReadConsole.newBuilder().setVmId(vm.text()).setMaxBytes(1_000_000));
  }

  public static Order.Builder verify(VmId vm, long epoch, Duration deadline) {
    return Order.newBuilder()
        .setVerifyGuest(
            VerifyGuest.newBuilder()
                .setVmId(vm.text())
                .setRunEpoch(epoch)
                .setDeadlineMs((int) deadline.toMillis()));
  }

  public static Order.Builder prepare(GuestSpec spec, long epoch) {
    return Order.newBuilder()
        .setPrepareTarget(
            PrepareTarget.newBuilder()
                .setMigrationId(MIGRATION.text())
                .setVmId(spec.vm().text())
                .setSpec(written(spec))
                .setSourceRunEpoch(epoch));
  }

  public static Order.Builder startPreCopy(VmId vm, long epoch, TransferTicket ticket) {
    return Order.newBuilder()
        .setStartPreCopy(
            StartPreCopy.newBuilder()
                .setMigrationId(MIGRATION.text())
                .setVmId(vm.text())
                .setRunEpoch(epoch)
                .setTicket(ticket)
                .setOutageBudgetMs(5_000));
  }

  public static Order.Builder stopAndCopy(VmId vm, long epoch, Duration deadline) {
    return Order.newBuilder()
        .setStopAndCopy(
            StopAndCopy.newBuilder()
                .setMigrationId(MIGRATION.text())
                .setVmId(vm.text())
                .setRunEpoch(epoch)
                .setDeadlineMs((int) deadline.toMillis()));
  }

  public static Order.Builder abort(VmId vm, long epoch) {
    return Order.newBuilder()
        .setAbortMigration(
            AbortMigration.newBuilder()
                .setMigrationId(MIGRATION.text())
                .setVmId(vm.text())
                .setRunEpoch(epoch));
  }
}
