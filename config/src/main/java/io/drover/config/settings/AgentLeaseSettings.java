package io.drover.config.settings;

import com.typesafe.config.Config;
import java.nio.file.Path;

/**
 * One agent's part in leases: its own, and as a witness of others'.
 *
 * @param enabled whether it takes part at all
 * @param witness where it listens as a witness
 * @param runDirectory what the guard reads, in memory; of this agent alone
 */
public record AgentLeaseSettings(boolean enabled, BindAddress witness, Path runDirectory) {
  private static final String SECTION = "drover.agent";

  static AgentLeaseSettings from(Config root) {
    Config agent = root.getConfig(SECTION);
    Path state = Path.of(agent.getString("state-dir")).toAbsolutePath().normalize();
    return new AgentLeaseSettings(
        agent.getBoolean("lease.enabled"),
        BindAddress.from(root, SECTION + ".witness"),
        Path.of(agent.getString("lease.run-dir"), QemuSettings.nameFor(state) + "-lease")
            .toAbsolutePath());
  }
}
