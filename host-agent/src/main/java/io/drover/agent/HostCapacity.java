package io.drover.agent;

import com.sun.management.OperatingSystemMXBean;
import io.drover.config.settings.AgentSettings;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Resources;
import java.lang.management.ManagementFactory;

/** What guests may have on this host: what the settings say, or what the machine has. */
final class HostCapacity {
  private static final int MILLIS_PER_CORE = 1_000;

  /**
   * Left to the kernel, the agent and what else runs here: this, or a fraction when that is more.
   */
  private static final ByteSize RESERVE = ByteSize.ofMib(1024);

  private static final int RESERVE_FRACTION = 4;

  private HostCapacity() {}

  static Resources of(AgentSettings settings) {
    return new Resources(
        settings.cpuMillis().orElseGet(HostCapacity::cores),
        settings.memory().orElseGet(HostCapacity::memory));
  }

  private static int cores() {
    return Runtime.getRuntime().availableProcessors() * MILLIS_PER_CORE;
  }

  private static ByteSize memory() {
    OperatingSystemMXBean machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    ByteSize total = new ByteSize(machine.getTotalMemorySize());
    ByteSize fraction = new ByteSize(total.bytes() / RESERVE_FRACTION);
    return total.minus(fraction.compareTo(RESERVE) > 0 ? fraction : RESERVE);
  }
}
