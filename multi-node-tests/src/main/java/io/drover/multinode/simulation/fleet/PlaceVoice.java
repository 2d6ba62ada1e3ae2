package io.drover.multinode.simulation.fleet;

import io.drover.agent.store.VmRecord;
import io.drover.agent.store.VmRecord.Side;
import io.drover.agent.supervision.Phase;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.GuestChanged;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.GuestVerified;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.TransferFailed;
import java.util.Optional;
import java.util.function.Consumer;

/** What a simulated agent says of one VM. */
final class PlaceVoice {
  /** The one kind of hypervisor there is. */
  static final String KIND = "record";

  private final VmId vm;
  private final SimulatedAgent agent;
  private Optional<GuestStatus> published = Optional.empty();

  PlaceVoice(VmId vm, SimulatedAgent agent) {
    this.vm = vm;
    this.agent = agent;
  }

  GuestStatus describe(VmRecord record, Phase phase, String endReason) {
    GuestStatus.Builder status =
        GuestStatus.newBuilder()
            .setVmId(vm.text())
            .setHypervisor(KIND)
            .setRunEpoch(record.heldEpoch().value())
            .putReport("beats", "1");
    record.migration().ifPresent(mark -> status.setMigrationId(mark.migration().text()));
    return switch (phase) {
      case RUNNING, SENDING -> status.setState(GuestStatus.State.RUNNING).build();
      case PAUSED, STOPPED -> status.setState(GuestStatus.State.PAUSED).build();
      case RECEIVING, READY -> status.setState(GuestStatus.State.INCOMING).build();
      case ENDED, ABSENT -> status.setState(GuestStatus.State.ENDED).setReason(endReason).build();
    };
  }

  /** Passes on what changed. */
  void changed(Optional<GuestStatus> now) {
    if (now.isPresent() && !now.equals(published)) {
      say(b -> b.setGuestChanged(GuestChanged.newBuilder().setGuest(now.get())));
    }
    published = now;
  }

  /** What may have been missed. */
  void announce(VmRecord record, SimulatedEnds ends) {
    ends.ready().ifPresent(m -> say(b -> b.setTargetReady(m)));
    record
        .migration()
        .ifPresent(mark -> {
          String reason = ends.failure(mark);
          if (!reason.isEmpty()) {
            broken(mark.migration(), mark.side(), reason);
          }
        });
  }

  OrderResult verified(GuestStatus status) {
    return OrderResult.newBuilder()
        .setGuestVerified(
            GuestVerified.newBuilder()
                .setResumedAtUs(agent.wallMicros())
                .setGuestGapUs(1_000)
                .setGuest(status))
        .build();
  }

  void broken(MigrationId migration, Side side, String reason) {
    say(b ->
        b.setTransferFailed(
            TransferFailed.newBuilder()
                .setMigrationId(migration.text())
                .setSide(side == Side.SOURCE ? "source" : "target")
                .setReason(reason)));
  }

  void say(Consumer<FromAgent.Builder> message) {
    FromAgent.Builder builder = FromAgent.newBuilder();
    message.accept(builder);
    agent.say(builder.build());
  }
}
