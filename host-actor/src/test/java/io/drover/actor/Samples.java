package io.drover.actor;

import com.typesafe.config.ConfigFactory;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.actor.agent.AgentReport.Hello;
import io.drover.actor.agent.AgentReport.HypervisorSupport;
import io.drover.actor.agent.AgentReport.ImageSupport;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.agent.ImageArguments;
import io.drover.actor.host.Host;
import io.drover.actor.lease.LossLimits;
import io.drover.config.settings.AreaSettings;
import io.drover.config.settings.DrillSettings;
import io.drover.config.settings.EntitySettings;
import io.drover.config.settings.FencingSettings;
import io.drover.config.settings.LeaseSettings;
import io.drover.config.settings.MoveSettings;
import io.drover.config.settings.SettingsFile;
import io.drover.config.settings.WorkloadBurstSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.ByteSize;
import io.drover.config.units.CellId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/** Things with names, for tests. */
public final class Samples {
  public static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
  public static final AreaId NORTH = new AreaId("north");
  public static final CellId CELL = new CellId(NORTH, 3);
  public static final VmId VM = new VmId(CELL, "01k00000000000000000000001");
  public static final HostId H1 = new HostId(CELL, "h1");
  public static final HostId H2 = new HostId(CELL, "h2");
  public static final HostId H3 = new HostId(CELL, "h3");
  public static final MigrationId M1 = new MigrationId(CELL, "01k00000000000000000000002");
  public static final MigrationId M2 = new MigrationId(CELL, "01k00000000000000000000003");
  public static final OperationId OP1 = new OperationId(CELL, "01k00000000000000000000004");
  public static final OperationId OP2 = new OperationId(CELL, "01k00000000000000000000005");
  public static final Epoch E1 = new Epoch(1);
  public static final Epoch E2 = new Epoch(2);
  public static final GuestSpec SPEC =
      new GuestSpec("pulse", new Resources(500, ByteSize.ofMib(64)), Map.of("rate", "10"));

  private Samples() {}

  /** As shipped, but retries do not wait. */
  public static EntitySettings settings() {
    return EntitySettings.from(
        ConfigFactory.parseString("drover.entities.order-retry = 100ms")
            .withFallback(SettingsFile.load(Optional.empty())));
  }

  /** As shipped, but looked at often. */
  public static MoveSettings moves() {
    return MoveSettings.from(
        ConfigFactory.parseString("drover.moves.check-interval = 20ms")
            .withFallback(SettingsFile.load(Optional.empty())));
  }

  /** As shipped, but looked at often. */
  public static DrillSettings drills() {
    return DrillSettings.from(
        ConfigFactory.parseString("drover.area.drill.interval = 20ms")
            .withFallback(SettingsFile.load(Optional.empty())));
  }

  /** As shipped, but asked for often. */
  public static WorkloadBurstSettings workloadBurst() {
    return WorkloadBurstSettings.from(
        ConfigFactory.parseString("drover.workload-burst.check-interval = 50ms")
            .withFallback(SettingsFile.load(Optional.empty())));
  }

  /** As shipped. */
  public static AreaSettings areas() {
    return AreaSettings.from(SettingsFile.load(Optional.empty()));
  }

  public static GuestStatus guest(long runEpoch, GuestState state) {
    return new GuestStatus(
        VM,
        new Epoch(runEpoch),
        state,
        "",
        "embedded",
        Optional.empty(),
        Map.of("beats", "7"),
        NOW);
  }

  public static HypervisorSupport embedded() {
    return new HypervisorSupport(
        "embedded", true, "", "0.1.0", "wasm", new ByteSize(1 << 16), ByteSize.ofMib(4096));
  }

  public static ImageSupport pulse() {
    return new ImageSupport(
        "pulse",
        "embedded",
        new ByteSize(4096),
        "ab".repeat(32),
        ByteSize.ofMib(1),
        true,
        "",
        new ImageArguments(
            List.of(
                new ImageArguments.Argument("rate", "beats per second", List.of(), "1000", 1, 1000),
                new ImageArguments.Argument(
                    "mode", "how", List.of("steady", "burst"), "steady", 0, 0)),
            ImageArguments.Others.NONE));
  }

  public static Hello hello(String incarnation, GuestStatus... guests) {
    return new Hello(
        "north",
        "h1",
        incarnation,
        "0.1.0",
        new Resources(4000, ByteSize.ofMib(1024)),
        List.of(embedded()),
        List.of(pulse()),
        "127.0.0.1:40123",
        List.of(guests),
        Epoch.NONE,
        0,
        Map.of("rack", "r1"),
        "state1",
        false,
        "",
        Optional.empty());
  }

  /** Nobody vouches, and nothing switches a host off. */
  public static Host.Fencing fencing() {
    return fencing(() -> 0);
  }

  public static Host.Fencing fencing(LongSupplier monotonicNs) {
    LeaseSettings leases = LeaseSettings.from(SettingsFile.load(Optional.empty()));
    return new Host.Fencing(
        leases,
        lossLimits(),
        (_, _, _, _) -> CompletableFuture.failedStage(new TimeoutException("nobody")),
        new NoPowerSwitch(),
        monotonicNs);
  }

  /** As shipped. */
  public static LossLimits lossLimits() {
    return LossLimits.of(
        LeaseSettings.from(SettingsFile.load(Optional.empty())),
        FencingSettings.from(SettingsFile.load(Optional.empty())),
        Duration.ofSeconds(1));
  }
}
