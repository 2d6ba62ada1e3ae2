package io.drover.multinode.fault;

import io.drover.agent.HostAgent;
import io.drover.agent.migration.MigrationListener;
import io.drover.config.settings.SettingsFile;
import java.util.Optional;

/**
 * The shipped agent, which stops at the armed {@link HoldPoint} when it makes that step of a
 * migration.
 */
public final class HeldAgent {
  private HeldAgent() {}

  public static void main(String[] args) {
    HoldPoint hold = HoldPoint.ofThisProcess();
    MigrationListener logging = MigrationListener.logging();
    HostAgent agent =
        HostAgent.start(
            SettingsFile.load(Optional.empty()),
            (phase, migration, vm, detail) -> {
              logging.reached(phase, migration, vm, detail);
              hold.reached(phase.name());
            });
    Runtime.getRuntime().addShutdownHook(new Thread(agent::close));
  }
}
