package io.drover.actor.routing;

import static io.drover.actor.Samples.SPEC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drover.actor.Samples;
import io.drover.actor.agent.AgentOrder;
import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.HostView;
import io.drover.actor.api.HostView.Claim;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.api.VmView;
import io.drover.actor.host.Host;
import io.drover.config.units.DataRate;
import io.drover.config.units.HostId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a migration that ended without its target leaves there, and who cleans it. */
class LeftBehindTest {
  private static final Duration PROMPT = Duration.ofSeconds(5); // a dead target's clean-up took 30

  private final LocalFleet fleet = new LocalFleet();
  private final ScriptedAgent source = new ScriptedAgent(fleet.network, "h1");
  private final ScriptedAgent target = new ScriptedAgent(fleet.network, "h2");

  @AfterEach
  void close() {
    fleet.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldEndWithoutItsAbsentTargetWhichIsCleanedWhenItIsBack(boolean hostForgetsItsOrders) {
    fleet.attach("h1", source);
    VmId vm = running();
    HostId h2 = fleet.attach("h2", target);
    source.swallow = o -> o instanceof AgentOrder.StopAndCopy;
    MigrationView migration = migrate(vm, h2);
    await().until(() -> phase(migration) == Phase.STOP_AND_COPY);

    fleet.detach(h2, target);

    await().atMost(PROMPT).until(() -> phase(migration) == Phase.ROLLED_BACK);
    assertThat(done(fleet.controlPlane.migration(migration.id())).history().getLast().reason())
        .contains("the target was not reached", "cleans up when it is back");
    assertThat(done(fleet.controlPlane.vm(vm)).phase()).isEqualTo(VmView.Phase.RUNNING);
    assertThat(claimsOf(h2)).containsExactly(new Claim(migration.id().text(), SPEC.resources()));

    if (hostForgetsItsOrders) {
      fleet.kill(Host.TYPE_KEY, h2.text());
    }
    fleet.connect(h2, target, target.hello());

    await().until(() -> claimsOf(h2).isEmpty());
    assertThat(target.guests).isEmpty();
    assertThat(done(fleet.controlPlane.vm(vm)).phase()).isEqualTo(VmView.Phase.RUNNING);
  }

  @Test
  void shouldKeepTheClaimUntilTheAgentHasNoIncomingGuest() {
    fleet.attach("h1", source);
    VmId vm = running();
    HostId h2 = fleet.attach("h2", target);
    source.swallow = o -> o instanceof AgentOrder.StopAndCopy;
    MigrationView migration = migrate(vm, h2);
    await().until(() -> phase(migration) == Phase.STOP_AND_COPY);
    fleet.detach(h2, target);
    await().atMost(PROMPT).until(() -> phase(migration) == Phase.ROLLED_BACK);

    target.swallow = o -> o instanceof AgentOrder.AbortMigration;
    fleet.connect(h2, target, target.hello());
    await()
        .until(() ->
            fleet
                        .<Host.Command, Host.Reply>ask(
                            Host.TYPE_KEY, h2.text(), Host.Command.Get::new)
                        .toCompletableFuture()
                        .join()
                    instanceof Host.Reply.Shown shown
                && shown.host().state() == HostView.State.CONNECTED);

    assertThat(claimsOf(h2)).hasSize(1);
    target.swallow = _ -> false;
    fleet.connect(h2, target, target.hello());
    await().until(() -> claimsOf(h2).isEmpty());
  }

  private VmId running() {
    VmView vm =
        done(
            fleet.controlPlane.createVm(
                new NewVm(Samples.NORTH, "web", SPEC, Optional.empty()), Optional.empty()));
    await().until(() -> done(fleet.controlPlane.vm(vm.id())).phase() == VmView.Phase.RUNNING);
    return vm.id();
  }

  private MigrationView migrate(VmId vm, HostId to) {
    MigrateRequest request =
        new MigrateRequest(Optional.of(to), Optional.empty(), Optional.empty(), DataRate.UNLIMITED);
    return done(fleet.controlPlane.migrate(vm, request, Terms.NONE));
  }

  private Phase phase(MigrationView migration) {
    return done(fleet.controlPlane.migration(migration.id())).phase();
  }

  private List<Claim> claimsOf(HostId host) {
    return done(fleet.controlPlane.host(host)).claims();
  }

  private static <T> T done(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }
}
