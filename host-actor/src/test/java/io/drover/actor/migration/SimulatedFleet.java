package io.drover.actor.migration;

import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.agent.HostLossPolicy;
import io.drover.actor.agent.HostLossPolicy.OnHostLoss;
import io.drover.actor.host.Host;
import io.drover.actor.migration.Migration.Event;
import io.drover.actor.migration.Migration.Notice;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.vm.Vm;
import io.drover.config.settings.MigrationSettings;
import io.drover.config.units.ByteSize;
import io.drover.config.units.CellId;
import io.drover.config.units.DataRate;
import io.drover.config.units.EntityId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** One VM, three hosts, a scheduler and one migration, on a network that may fail. */
final class SimulatedFleet {
  static final CellId CELL = CellId.parse("north-01");
  static final VmId VM = new VmId(CELL, "01k0000000000000000000000v");
  static final MigrationId MIGRATION = new MigrationId(CELL, "01k0000000000000000000000m");
  static final HostId SOURCE = new HostId(CELL, "h1");
  static final HostId TARGET = new HostId(CELL, "h2");
  static final HostId THIRD = new HostId(CELL, "h3");
  static final String DIGEST = "00112233445566778899aabbccddeeff";
  static final GuestSpec SPEC =
      new GuestSpec("pulse", new Resources(500, ByteSize.ofMib(64)), Map.of())
          .with(new HostLossPolicy(OnHostLoss.KEEP, 100)); // as read from samples of before

  final Simulation simulation;
  final SimulatedNetwork network;
  final SimulatedVm vm;
  final SimulatedMigration migration;
  private final Map<String, SimulatedHost> hosts = new LinkedHashMap<>();
  String targetDigest = DIGEST;
  IntFunction<Duration> predictions = _ -> Duration.ofMillis(40);

  SimulatedFleet(long seed, SimulatedNetwork.Faults faults) {
    this(seed, faults, MigrationSettings.defaults());
  }

  SimulatedFleet(long seed, SimulatedNetwork.Faults faults, MigrationSettings settings) {
    simulation = new Simulation(seed);
    network = new SimulatedNetwork(simulation, faults);
    List.of(SOURCE, TARGET, THIRD).forEach(id -> hosts.put(id.text(), new SimulatedHost(id, this)));
    vm = new SimulatedVm(VM, this, SOURCE);
    migration = new SimulatedMigration(MIGRATION, simulation, network, settings);
    vm.cancels = reason -> notify(new Notice.GiveUp(reason));
    host(SOURCE).boot(VM, vm.runEpoch);
    host(SOURCE).claims.add(VM);
    network.deliverTo(this::deliver);
  }

  private void notify(Notice notice) {
    network.send(notice, () -> migration.hear(notice));
  }

  void request(Optional<HostId> wanted) {
    migration.persist(
        new Event.Requested(
            VM,
            SOURCE,
            wanted,
            Optional.empty(),
            Duration.ofMillis(300),
            DataRate.UNLIMITED,
            "digest",
            simulation.instant()));
  }

  private void deliver(String entity, Object command) {
    switch (command) {
      case Vm.FromMigration c -> vm.hear(c);
      case Host.Command c -> host(HostId.parse(entity)).hear(c);
      case Scheduler.Command.SelectTarget c -> select(c);
      default -> throw new AssertionError("nobody sends " + command);
    }
  }

  private void select(Scheduler.Command.SelectTarget c) {
    List<HostId> free =
        hosts.values().stream()
            .filter(host -> host.isConnected() && !host.id.equals(c.source()))
            .map(host -> host.id)
            .filter(host -> c.avoid().stream().noneMatch(a -> a.host().equals(host.text())))
            .filter(host -> c.wanted().isEmpty() || c.wanted().get().equals(host))
            .toList();
    if (free.isEmpty()) {
      c.replyTo().tell(new Scheduler.Placement.Refused(Optional.of(MIGRATION), Refusals.FULL));
    } else {
      HostId chosen = free.get(simulation.random.nextInt(free.size()));
      host(chosen).claims.add(c.migration());
      c.replyTo().tell(new Scheduler.Placement.Placed(Optional.of(c.migration()), chosen));
    }
  }

  SimulatedHost host(HostId id) {
    return Objects.requireNonNull(hosts.get(id.text()));
  }

  Collection<SimulatedHost> hosts() {
    return hosts.values();
  }

  @Nullable SimulatedHost receiver(MigrationId of) {
    return hosts.values().stream().filter(h -> h.isStreaming(of)).findFirst().orElse(null);
  }

  void report(SimulatedAgent from, AgentReport report) {
    if (from.isConnected()) {
      notify(new Notice.AgentSaid(from.id, report));
    }
  }

  void hostLost(SimulatedHost host) {
    if (host.claims.contains(MIGRATION)) {
      notify(new Notice.AgentLost(host.id));
    }
  }

  void agentRestarted(SimulatedHost host, String incarnation) {
    if (host.claims.contains(MIGRATION)) {
      notify(new Notice.AgentRestarted(host.id, incarnation));
    }
  }

  AgentReport.Round round(int number) {
    return SimulatedAgent.roundOf(number, predictions.apply(number));
  }

  Outcome verified() {
    return new Outcome.GuestVerified(
        simulation.instant(),
        Duration.ofSeconds(3),
        new GuestStatus(
            VM,
            new Epoch(2),
            GuestState.RUNNING,
            "",
            "embedded",
            Optional.empty(),
            Map.of(),
            simulation.instant()));
  }

  /** The leak detector: an owner that is down has not said that it needs nothing. */
  boolean isForgotten(EntityId owner, HostId at) {
    return switch (owner) {
      case MigrationId _ -> !migration.isDown() && !migration.needsClaimAt(at);
      case VmId _ -> vm.migration.isEmpty() && !vm.holder.equals(at);
      case HostId _, OperationId _ -> true;
    };
  }

  void run(Duration span) {
    simulation.run(
        span,
        () -> {
          migration.collectAnswers();
          SingleRunner.check(this);
        });
  }

  void runUntilOver() {
    for (int minutes = 0; minutes < 300 && !migration.isOver(); minutes++) {
      run(Duration.ofMinutes(1));
    }
  }
}
