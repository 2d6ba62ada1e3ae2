package io.drover.actor.routing;

import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.SPEC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.HostView;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.VmView;
import io.drover.actor.vm.Vm;
import io.drover.config.units.DataRate;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A host of a migration is fenced while the migration waits for it, in each of its phases. */
class FencedInMigrationTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Below the time after which a session without a heartbeat is over. */
  private static final Duration STEP = Duration.ofSeconds(2);

  /** A migration stops where this order gets no answer. */
  enum Stage {
    PREPARING(AgentOrder.PrepareTarget.class, false),
    COPYING(AgentOrder.StartPreCopy.class, false),
    STOPPING(AgentOrder.StopAndCopy.class, false),
    ACTIVATING(AgentOrder.RunGuest.class, true),
    VERIFYING(AgentOrder.VerifyGuest.class, true),
    RELEASING(AgentOrder.RemoveGuest.class, true);

    private final Class<? extends AgentOrder> order;
    private final boolean switchedOver;

    Stage(Class<? extends AgentOrder> order, boolean switchedOver) {
      this.order = order;
      this.switchedOver = switchedOver;
    }
  }

  private final LocalFleet fleet = new LocalFleet();
  private final ScriptedAgent source = new ScriptedAgent(fleet.network, "h1");
  private final ScriptedAgent target = new ScriptedAgent(fleet.network, "h2");
  private final ScriptedAgent spare = new ScriptedAgent(fleet.network, "h3");
  private final HostId h1 = fleet.attach("h1", source);
  private final HostId h2 = fleet.attach("h2", target);
  private final HostId h3 = fleet.attach("h3", spare);
  private final Map<HostId, ScriptedAgent> agents = Map.of(h1, source, h2, target, h3, spare);
  private final VmId vm = running();

  @AfterEach
  void stop() {
    fleet.close();
  }

  @ParameterizedTest
  @EnumSource
  void shouldEndInOneGuestWhenTheSourceIsFenced(Stage stage) {
    MigrationId migration = migrateUntil(stage);

    fence(h1);

    awaitOneGuest(migration, h1);
    if (stage.switchedOver) {
      assertThat(vm().host()).contains(h2);
      assertThat(vm().runEpoch().value()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldEndInOneGuestWhenTheTargetIsFenced(Stage stage) {
    MigrationId migration = migrateUntil(stage);

    fence(h2);

    awaitOneGuest(migration, h2);
    if (!stage.switchedOver) {
      assertThat(vm().host()).contains(h1);
      assertThat(vm().runEpoch().value()).isEqualTo(1);
    }
  }

  private MigrationId migrateUntil(Stage stage) {
    boolean[] reached = {false};
    Stream.of(source, target)
        .forEach(agent ->
            agent.swallow =
                order -> {
                  boolean stops = stage.order.isInstance(order);
                  reached[0] |= stops;
                  return stops;
                });
    MigrationView started =
        done(
            fleet.controlPlane.migrate(
                vm,
                new MigrateRequest(
                    Optional.of(h2), Optional.empty(), Optional.empty(), DataRate.UNLIMITED),
                Terms.NONE));
    await().atMost(PATIENCE).until(() -> reached[0]);
    assertThat(hasSwitchedOver()).isEqualTo(stage.switchedOver);
    return started.id();
  }

  private boolean hasSwitchedOver() {
    return fleet.events(Vm.TYPE_KEY, vm.text()).stream()
        .anyMatch(Vm.Event.SwitchedOver.class::isInstance);
  }

  /** Its agent is gone for good, with its guests; a person says so. */
  private void fence(HostId host) {
    Stream.of(source, target).forEach(agent -> agent.swallow = _ -> false);
    agentOf(host).guests.clear();
    fleet.detach(host, agentOf(host));
    done(fleet.controlPlane.confirmOff(host, "I pulled the plug", Terms.NONE));
  }

  private void awaitOneGuest(MigrationId migration, HostId fenced) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          pass(fenced);
          assertThat(vm().phase()).as(vm().toString()).isEqualTo(VmView.Phase.RUNNING);
          assertThat(done(fleet.controlPlane.migration(migration)).phase().isOver()).isTrue();
          HostId host = vm().host().orElseThrow();
          assertThat(host).isNotEqualTo(fenced);
          assertThat(agentOf(host).guest(vm).runEpoch()).isEqualTo(vm().runEpoch());
          assertThat(agentOf(host).guest(vm).state()).isEqualTo(GuestState.RUNNING);
          assertThat(agents.values()).filteredOn(a -> a.guests.containsKey(vm)).hasSize(1);
          assertThat(claims(fenced)).containsExactly(host + " " + vm);
        });
  }

  /** Whoever is there says so, and is heard. */
  private void pass(HostId fenced) {
    fleet.now.updateAndGet(t -> t.plus(STEP));
    agents.forEach((host, agent) -> {
      if (!host.equals(fenced)) {
        agent.say(agent.beat());
      }
      host(host);
    });
  }

  /** One of the migration at a fenced host is a note until its agent is back. */
  private List<String> claims(HostId fenced) {
    return agents.keySet().stream()
        .filter(host -> !host.equals(fenced))
        .flatMap(host -> host(host).claims().stream().map(c -> host + " " + c.owner()))
        .toList();
  }

  private VmId running() {
    VmId id =
        done(fleet.controlPlane.createVm(
                new NewVm(NORTH, "web", SPEC, Optional.of(h1)), Optional.empty()))
            .id();
    await().until(() -> done(fleet.controlPlane.vm(id)).phase() == VmView.Phase.RUNNING);
    return id;
  }

  private ScriptedAgent agentOf(HostId host) {
    return Optional.ofNullable(agents.get(host)).orElseThrow();
  }

  private VmView vm() {
    return done(fleet.controlPlane.vm(vm));
  }

  private HostView host(HostId host) {
    return done(fleet.controlPlane.host(host));
  }

  private static <T> T done(CompletionStage<T> call) {
    return call.toCompletableFuture().join();
  }
}
