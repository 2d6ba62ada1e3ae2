package io.drover.agent.supervision;

import io.drover.agent.guest.GuestSpec;
import io.drover.agent.image.ImageShelf;
import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import io.drover.config.units.Epoch;
import io.drover.config.units.MigrationId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.OnHostLoss;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.RunGuest;
import io.drover.protocol.v1.StartPreCopy;
import io.drover.transfer.TransferTicket;
import java.time.Duration;

/** An order about one VM, in the agent's own words; the meaning of each is in the .proto files. */
public sealed interface GuestOrder {
  VmId vm();

  /** Under which the sender decides; {@link Epoch#NONE} where the order changes nothing. */
  Epoch epoch();

  record Boot(VmId vm, Epoch epoch, GuestSpec spec) implements GuestOrder {}

  record Activate(VmId vm, Epoch epoch, GuestSpec spec, MigrationId migration)
      implements GuestOrder {}

  record Continue(VmId vm, Epoch epoch, GuestSpec spec) implements GuestOrder {}

  record Stop(VmId vm, Epoch epoch, Duration grace) implements GuestOrder {}

  record Remove(VmId vm, Epoch epoch) implements GuestOrder {}

  record Pause(VmId vm, Epoch epoch) implements GuestOrder {}

  record ReadConsole(VmId vm, long fromOffset, int maxBytes) implements GuestOrder {
    @Override
    public Epoch epoch() {
      return Epoch.NONE;
    }
  }

  record Verify(VmId vm, Epoch epoch, Duration deadline) implements GuestOrder {}

  record PrepareTarget(VmId vm, Epoch epoch, GuestSpec spec, MigrationId migration)
      implements GuestOrder {}

  record Send(
      VmId vm,
      Epoch epoch,
      MigrationId migration,
      TransferTicket ticket,
      DataRate bandwidthLimit,
      Duration outageBudget)
      implements GuestOrder {}

  record StopAndCopy(VmId vm, Epoch epoch, MigrationId migration, Duration deadline)
      implements GuestOrder {}

  record Abort(VmId vm, Epoch epoch, MigrationId migration) implements GuestOrder {}

  /**
   * Translates an order.
   *
   * @throws IllegalArgumentException when it has no body this agent knows, or a malformed id
   */
  static GuestOrder of(Order order) {
    return switch (order.getBodyCase()) {
      case RUN_GUEST -> run(order.getRunGuest());
      case STOP_GUEST -> {
        var o = order.getStopGuest();
        yield new Stop(vm(o.getVmId()), epoch(o.getRunEpoch()), millis(o.getGraceMs()));
      }
      case REMOVE_GUEST -> {
        var o = order.getRemoveGuest();
        yield new Remove(vm(o.getVmId()), epoch(o.getRunEpoch()));
      }
      case PAUSE_GUEST -> {
        var o = order.getPauseGuest();
        yield new Pause(vm(o.getVmId()), epoch(o.getRunEpoch()));
      }
      case READ_CONSOLE -> {
        var o = order.getReadConsole();
        yield new ReadConsole(vm(o.getVmId()), o.getFromOffset(), o.getMaxBytes());
      }
      case VERIFY_GUEST -> {
        var o = order.getVerifyGuest();
        yield new Verify(vm(o.getVmId()), epoch(o.getRunEpoch()), millis(o.getDeadlineMs()));
      }
      case PREPARE_TARGET -> {
        var o = order.getPrepareTarget();
        yield new PrepareTarget(
            vm(o.getVmId()),
            epoch(o.getSourceRunEpoch()),
            spec(vm(o.getVmId()), o.getSpec()),
            migration(o.getMigrationId()));
      }
      case START_PRE_COPY -> send(order.getStartPreCopy());
      case STOP_AND_COPY -> {
        var o = order.getStopAndCopy();
        yield new StopAndCopy(
            vm(o.getVmId()),
            epoch(o.getRunEpoch()),
            migration(o.getMigrationId()),
            millis(o.getDeadlineMs()));
      }
      case ABORT_MIGRATION -> {
        var o = order.getAbortMigration();
        yield new Abort(vm(o.getVmId()), epoch(o.getRunEpoch()), migration(o.getMigrationId()));
      }
      case BODY_NOT_SET ->
          throw new IllegalArgumentException("the order has no body that this agent knows");
    };
  }

  private static GuestOrder run(RunGuest order) {
    VmId vm = vm(order.getVmId());
    Epoch epoch = epoch(order.getRunEpoch());
    GuestSpec spec = spec(vm, order.getSpec());
    return switch (order.getModeCase()) {
      case BOOT -> new Boot(vm, epoch, spec);
      case ACTIVATE ->
          new Activate(vm, epoch, spec, migration(order.getActivate().getMigrationId()));
      case CONTINUE -> new Continue(vm, epoch, spec);
      case MODE_NOT_SET ->
          throw new IllegalArgumentException("RunGuest has no mode that this agent knows");
    };
  }

  private static GuestOrder send(StartPreCopy order) {
    var ticket = order.getTicket();
    return new Send(
        vm(order.getVmId()),
        epoch(order.getRunEpoch()),
        migration(order.getMigrationId()),
        new TransferTicket(ticket.getEndpoint(), ticket.getStreamId(), ticket.getToken()),
        new DataRate(order.getBandwidthLimitBytesPerS()),
        millis(order.getOutageBudgetMs()));
  }

  private static GuestSpec spec(VmId vm, io.drover.protocol.v1.GuestSpec spec) {
    return new GuestSpec(
        vm,
        spec.getImageSha256().isEmpty()
            ? spec.getImage()
            : ImageShelf.nameOf(spec.getImageSha256()),
        new Resources(spec.getCpuMillis(), new ByteSize(spec.getMemoryBytes())),
        spec.getArgumentsMap(),
        spec.getOnHostLoss() == OnHostLoss.RESTART);
  }

  private static VmId vm(String text) {
    return VmId.parse(text);
  }

  private static MigrationId migration(String text) {
    return MigrationId.parse(text);
  }

  private static Epoch epoch(long value) {
    return new Epoch(value);
  }

  private static Duration millis(int value) {
    return Duration.ofMillis(Integer.toUnsignedLong(value));
  }
}
