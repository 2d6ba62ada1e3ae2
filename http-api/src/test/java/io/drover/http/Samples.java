package io.drover.http;

import io.drover.actor.agent.AgentReport.HypervisorSupport;
import io.drover.actor.agent.AgentReport.ImageSupport;
import io.drover.actor.agent.AgentReport.Round;
import io.drover.actor.agent.ImageArguments;
import io.drover.actor.api.AreaView;
import io.drover.actor.api.AreaView.CellView;
import io.drover.actor.api.ArmingView;
import io.drover.actor.api.BurstPolicy;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.actor.api.DrainView;
import io.drover.actor.api.DrillView;
import io.drover.actor.api.FleetViews.Page;
import io.drover.actor.api.FleetViews.PageRequest;
import io.drover.actor.api.HostView;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.MigrationView.Figures;
import io.drover.actor.api.MigrationView.PhaseEntry;
import io.drover.actor.api.MigrationView.Waiting;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.Refusal.HostReason;
import io.drover.actor.api.Refusal.Kind;
import io.drover.actor.api.VmView;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.Lease;
import io.drover.actor.lease.Witness;
import io.drover.actor.lease.WitnessList;
import io.drover.config.units.AreaId;
import io.drover.config.units.ByteSize;
import io.drover.config.units.CellId;
import io.drover.config.units.DataRate;
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
import java.util.function.Function;

/**
 * What the fleet of the tests consists of: one area, two hosts, and things with every field set.
 */
final class Samples {
  static final Instant NOW = Instant.parse("2026-11-22T21:00:00.123456Z");
  static final AreaId NORTH = new AreaId("north");
  static final HostId H1 = HostId.parse("host-north-01-h1");
  static final HostId H2 = HostId.parse("host-north-02-h2");
  static final Resources CAPACITY = new Resources(2_000, ByteSize.ofMib(1_024));

  private Samples() {}

  /** Somebody said that it is off. */
  static HostView fenced(HostId id, String reason) {
    FenceProof proof = new FenceProof(FenceProof.By.OPERATOR, reason, NOW);
    WitnessList witnesses = new WitnessList(1, List.of(new Witness("n1", "127.0.0.1:7300")));
    Lease lease = Lease.opened(new Epoch(1), Duration.ofSeconds(6), witnesses);
    return host(
        id,
        false,
        HostView.State.FENCED,
        new HostView.Liveness(
            "",
            Optional.of(lease.proposed(new WitnessList(2, witnesses.witnesses()))),
            false,
            Optional.of(proof),
            List.of(new HostView.Evidence("fenced by OPERATOR: " + reason, NOW))));
  }

  static HostView host(HostId id, boolean cordoned) {
    return host(
        id,
        cordoned,
        HostView.State.CONNECTED,
        new HostView.Liveness("", Optional.empty(), false, Optional.empty(), List.of()));
  }

  private static HostView host(
      HostId id, boolean cordoned, HostView.State state, HostView.Liveness liveness) {
    return new HostView(
        id,
        3,
        state,
        cordoned,
        CAPACITY,
        Resources.NONE,
        List.of(new HostView.Claim("vm-north-01-01k0000000000000000000000a", Resources.NONE)),
        new Epoch(2),
        "inc-1",
        "0.1.0",
        List.of(
            new HypervisorSupport(
                "qemu", false, "not installed", "", "", ByteSize.ofMib(1), ByteSize.ZERO)),
        List.of(
            new ImageSupport(
                "pulse",
                "embedded",
                ByteSize.ofMib(1),
                "ab12",
                ByteSize.ofMib(16),
                true,
                "",
                ImageArguments.UNKNOWN)),
        "127.0.0.1:9000",
        Map.of("rack", "a"),
        0,
        Optional.of(NOW),
        NOW,
        liveness);
  }

  static Refusal noCapacity() {
    return new Refusal(
        Kind.NO_CAPACITY,
        "no host of north has room",
        Map.of("limit", "1024 MiB"),
        List.of(
            new HostReason(H1.text(), "memory: 1 GiB free"),
            new HostReason(H2.text(), "cordoned")));
  }

  static DrillView drill(AreaId area, DrillView.Phase phase) {
    return new DrillView(
        area,
        new OperationId(new CellId(area, 0), "01k0000000000000000000000e"),
        9,
        new AreaId("south"),
        phase,
        "5 of 6 cells accept operations at south, 40 of 41 hosts are there",
        NOW,
        Optional.empty(),
        new DrillView.Report(
            41,
            new DrillView.Way(Optional.of(Duration.ofMillis(2500)), Optional.empty()),
            new DrillView.Way(Optional.empty(), Optional.empty()),
            12,
            Optional.empty()));
  }

  static DrainView drain(HostId host, DrainView.Phase phase) {
    return new DrainView(
        host,
        new OperationId(host.cell(), "01k0000000000000000000000d"),
        7,
        phase,
        "0 moved, 1 moving, 1 waiting, 0 stay",
        NOW,
        Optional.empty(),
        List.of(
            new DrainView.VmMove(
                VmId.parse("vm-north-01-01k0000000000000000000000a"),
                DrainView.Status.MOVING,
                1,
                Optional.of(MigrationId.parse("mig-north-01-01k0000000000000000000000m")),
                Optional.of(H2),
                "round 1",
                NOW,
                ""),
            new DrainView.VmMove(
                VmId.parse("vm-north-01-01k0000000000000000000000b"),
                DrainView.Status.WAITING,
                0,
                Optional.empty(),
                Optional.empty(),
                "no host of area north can take it",
                NOW,
                "tried again at 2026-11-22T21:00:20Z")));
  }

  static MigrationView migration(MigrationId id, VmId vm, MigrationView.Phase phase) {
    Round round =
        new Round(
            0,
            16_384,
            8_000,
            ByteSize.ofMib(32),
            120,
            41.5,
            new DataRate(900_000_000),
            Duration.ofMillis(71),
            Duration.ofNanos(5_200_000));
    return new MigrationView(
        id,
        4,
        vm,
        H1,
        Optional.of(H2),
        phase,
        List.of(new PhaseEntry(phase, NOW, "round 0 sent")),
        Optional.of(new Waiting("round 1", NOW, NOW.plusSeconds(60), "roll back")),
        List.of(round),
        Duration.ofMillis(300),
        DataRate.UNLIMITED,
        figures(),
        NOW);
  }

  static Figures figures() {
    return new Figures(
        Optional.of(Duration.ofNanos(5_200_000)),
        Optional.empty(),
        Optional.of(Duration.ofMillis(6)),
        Optional.of(Duration.ofNanos(7_123_000)),
        Optional.empty(),
        Optional.of(Duration.ofNanos(90_000)),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(ByteSize.ofMib(33)),
        Optional.empty(),
        Optional.of("d1"),
        Optional.of("d1"),
        Optional.of(new Epoch(2)));
  }

  static AreaView north() {
    return new AreaView(
        NORTH,
        1,
        NORTH,
        new Epoch(2),
        List.of(new AreaId("south")),
        "MANUAL",
        Duration.ofMinutes(15),
        100,
        "OPERATOR",
        "well again",
        NOW,
        List.of(new AreaView.Alarm("no-healthy-backup", "none of [south]")),
        List.of(new CellView("north-00", NORTH, "control-1"), new CellView("north-01", NORTH, "")),
        List.of(H1.text(), H2.text()),
        2,
        1,
        List.of(
            new AreaView.NodeView(
                "control-1", 2, 3, 98, 997, true, 12.5, 8.2, 300, 90_000_000, 500_000_000)),
        Optional.of(ArmingView.ARMED));
  }

  static <T> Page<T> page(List<T> all, Function<T, String> id, PageRequest page) {
    List<T> rest =
        all.stream()
            .filter(item -> page.cursor().map(c -> id.apply(item).compareTo(c) > 0).orElse(true))
            .toList();
    List<T> items = rest.stream().limit(page.limit()).toList();
    return new Page<>(
        items,
        rest.size() > items.size() ? Optional.of(id.apply(items.getLast())) : Optional.empty());
  }

  static VmView vm(VmId id, NewVm request) {
    return new VmView(
        id,
        1,
        request.name(),
        request.spec(),
        VmView.PowerState.RUNNING,
        VmView.Phase.STARTING,
        "",
        Optional.of(request.host().orElse(H1)),
        new Epoch(1),
        Optional.empty(),
        false,
        Map.of("beats", "7"),
        NOW,
        NOW,
        request.burst(),
        request.burst() == BurstPolicy.ALLOW
            ? Optional.of(new VmView.Away(request.area(), new AreaId("south"), NOW, "full"))
            : Optional.empty());
  }
}
