package io.drover.agent;

import io.drover.agent.store.AgentStore;
import io.drover.agent.witness.LeaseKeeper;
import io.drover.agent.witness.WitnessServer;
import io.drover.config.settings.AgentLeaseSettings;
import io.drover.config.settings.AgentSettings;
import java.io.IOException;
import java.util.Optional;

/** What an agent that takes part in leases has for it. */
record LeaseParts(LeaseKeeper keeper, WitnessServer witness) implements AutoCloseable {
  /**
   * Starts both, the lease first: an earlier agent's guests may wait for it.
   *
   * @return empty when the settings say so
   * @throws AgentStartException naming the key
   */
  static Optional<LeaseParts> start(AgentSettings settings, AgentStore store) {
    AgentLeaseSettings lease = settings.lease();
    if (!lease.enabled()) {
      return Optional.empty();
    }
    LeaseKeeper keeper;
    try {
      keeper = LeaseKeeper.open(store, lease.runDirectory());
    } catch (IOException e) {
      throw new AgentStartException(
          "the lease cannot be guarded in %s (drover.agent.lease.run-dir): %s"
              .formatted(lease.runDirectory(), e),
          e);
    }
    try {
      return Optional.of(new LeaseParts(keeper, WitnessServer.start(lease.witness(), store)));
    } catch (IOException e) {
      keeper.close();
      throw new AgentStartException(
          "cannot listen at %s as a witness (drover.agent.witness): %s"
              .formatted(lease.witness(), e.getMessage()),
          e);
    }
  }

  /** To be called when the guests inside this JVM are gone. */
  @Override
  public void close() {
    witness.close();
    keeper.close();
  }
}
