package io.drover.agent.fake;

import io.drover.agent.guest.GuestSpec;
import io.drover.config.settings.AgentLeaseSettings;
import io.drover.config.settings.AgentSettings;
import io.drover.config.settings.BindAddress;
import io.drover.config.units.AreaId;
import io.drover.config.units.ByteSize;
import io.drover.config.units.MigrationId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Ids, specs and settings that tests share. */
public final class Samples {
  public static final VmId VM = VmId.parse("vm-north-03-01k0000000000000000000000a");
  public static final VmId OTHER_VM = VmId.parse("vm-north-04-01k0000000000000000000000b");
  public static final MigrationId MIGRATION =
      MigrationId.parse("mig-north-03-01k0000000000000000000000m");
  public static final MigrationId OTHER_MIGRATION =
      MigrationId.parse("mig-north-03-01k0000000000000000000000n");
  public static final ByteSize MEMORY = new ByteSize(64 * 1024);

  private Samples() {}

  public static GuestSpec spec() {
    return spec(VM);
  }

  public static GuestSpec spec(VmId vm) {
    return new GuestSpec(vm, FakeHypervisor.IMAGE, new Resources(100, MEMORY), Map.of("rate", "1"));
  }

  /** Of a guest that is started elsewhere when its host is lost. */
  public static GuestSpec restartable(VmId vm) {
    return new GuestSpec(
        vm, FakeHypervisor.IMAGE, new Resources(100, MEMORY), Map.of("rate", "1"), true);
  }

  public static AgentSettings settings(Path state, BindAddress... endpoints) {
    return new AgentSettings(
        new AreaId("north"),
        "h1",
        List.of(endpoints),
        Map.of("rack", "r1"),
        Optional.of(2_000),
        Optional.of(ByteSize.ofMib(1)),
        new BindAddress("127.0.0.1", 0),
        state,
        state.resolve("images"),
        Duration.ofMillis(50),
        new AgentSettings.Reconnect(
            Duration.ofMillis(10), Duration.ofMillis(50), Duration.ofMillis(100)),
        1,
        1,
        new AgentLeaseSettings(true, new BindAddress("127.0.0.1", 0), state.resolve("lease")),
        false,
        false);
  }
}
