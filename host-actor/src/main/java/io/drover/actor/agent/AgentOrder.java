package io.drover.actor.agent;

import io.drover.actor.CborSerializable;
import io.drover.config.units.DataRate;
import io.drover.config.units.Epoch;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Duration;

/**
 * What a host may be told to do. Every order may be repeated; the meaning of each is in the .proto
 * files.
 */
public sealed interface AgentOrder extends CborSerializable {
  VmId vm();

  record RunGuest(VmId vm, Epoch runEpoch, GuestSpec spec, RunMode mode) implements AgentOrder {}

  record StopGuest(VmId vm, Epoch runEpoch, Duration grace) implements AgentOrder {}

  record RemoveGuest(VmId vm, Epoch runEpoch) implements AgentOrder {}

  record PauseGuest(VmId vm, Epoch runEpoch) implements AgentOrder {}

  record ReadConsole(VmId vm, long fromOffset, int maxBytes) implements AgentOrder {}

  record VerifyGuest(VmId vm, Epoch runEpoch, Duration deadline) implements AgentOrder {}

  record PrepareTarget(MigrationId migration, VmId vm, GuestSpec spec, Epoch sourceRunEpoch)
      implements AgentOrder {}

  record StartPreCopy(
      MigrationId migration,
      VmId vm,
      Epoch runEpoch,
      TransferTicket ticket,
      DataRate bandwidthLimit,
      Duration outageBudget)
      implements AgentOrder {}

  record StopAndCopy(MigrationId migration, VmId vm, Epoch runEpoch, Duration deadline)
      implements AgentOrder {}

  record AbortMigration(MigrationId migration, VmId vm, Epoch runEpoch) implements AgentOrder {}

  /** How a granted guest comes to run. */
  sealed interface RunMode extends CborSerializable {
    record Boot() implements RunMode {}

    record Activate(MigrationId migration) implements RunMode {}

    record Continue() implements RunMode {}
  }
}
