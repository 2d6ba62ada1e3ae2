package io.drover.actor.routing;

import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.SPEC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentSession;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.agent.ImagePin;
import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.HostView.Claim;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.RefusedException;
import io.drover.actor.api.VmView;
import io.drover.actor.api.VmView.Phase;
import io.drover.actor.host.ClaimReply;
import io.drover.actor.host.Host;
import io.drover.actor.migration.Migration;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.vm.Vm;
import io.drover.config.units.AreaId;
import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.OperationId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The whole domain in one JVM: the facade, all entities, and agents that do as they are told. */
class ControlPlaneTest {
  private static final Terms KEYED = new Terms(Optional.of("k"), OptionalLong.empty());

  private final LocalFleet fleet = new LocalFleet();

  @AfterEach
  void stop() {
    fleet.close();
  }

  @Test
  void shouldRunAVmWhereItFitsBest() {
    ScriptedAgent agent = new ScriptedAgent(fleet.network, "h1");
    HostId host = fleet.attach("h1", agent);

    VmView created = done(fleet.controlPlane.createVm(web(), Optional.empty()));

    assertThat(created.host()).contains(host);
    assertThat(created.runEpoch()).isEqualTo(new Epoch(1));
    awaitPhase(created.id(), Phase.RUNNING);
    assertThat(agent.guests).containsKey(created.id());
    assertThat(claimsOf(host)).containsExactly(new Claim(created.id().text(), SPEC.resources()));
    assertThat(done(fleet.controlPlane.vm(created.id())).report()).containsEntry("beats", "1");
  }

  @Test
  void shouldRunAnUploadedImageWhereItsHypervisorIs() {
    ScriptedAgent agent = new ScriptedAgent(fleet.network, "h1");
    HostId host = fleet.attach("h1", agent);
    NewVm mine =
        new NewVm(
            NORTH, "web", new GuestSpec("mine", SPEC.resources(), Map.of()), Optional.empty());
    ImagePin pin = new ImagePin("ab12", "embedded", "WebAssembly module", ByteSize.ofMib(1));
    fleet.images.pin = Optional.of(pin);

    VmView created = done(fleet.controlPlane.createVm(mine, Optional.empty()));

    assertThat(created.host()).contains(host);
    assertThat(created.spec().pin()).contains(pin);
    awaitPhase(created.id(), Phase.RUNNING);
    fleet.images.pin = Optional.of(new ImagePin("cd34", "", "qcow2 disk", ByteSize.ofMib(1)));
    assertThat(refusal(fleet.controlPlane.createVm(mine, Optional.empty())).hosts())
        .containsExactly(
            new Refusal.HostReason(
                host.text(), "image \"mine\" is a qcow2 disk, which no hypervisor here runs yet"));
    fleet.images.pin = Optional.of(new ImagePin("ef56", "qemu", "ELF kernel", ByteSize.ofMib(1)));
    assertThat(refusal(fleet.controlPlane.createVm(mine, Optional.empty())).hosts())
        .containsExactly(new Refusal.HostReason(host.text(), "it has no hypervisor qemu"));
    assertThat(fleet.images.unpinned).hasSize(2).doesNotContain(created.id());
  }

  @Test
  void shouldGiveTheSameVmToTheSameIdempotencyKey() {
    HostId host = fleet.attach("h1");

    VmView first = done(fleet.controlPlane.createVm(web(), Optional.of("k1")));
    VmView again = done(fleet.controlPlane.createVm(web(), Optional.of("k1")));

    assertThat(again.id()).isEqualTo(first.id());
    assertThat(claimsOf(host)).hasSize(1);
    NewVm other = new NewVm(NORTH, "other", SPEC, Optional.empty());
    assertThat(refusal(fleet.controlPlane.createVm(other, Optional.of("k1"))).kind())
        .isEqualTo(Refusal.Kind.IDEMPOTENCY_MISMATCH);
  }

  @Test
  void shouldSayWhichLimitAVmLargerThanAnyHostExceeds() {
    HostId host = fleet.attach("h1");

    Refusal refusal = refusal(fleet.controlPlane.createVm(sized(500, 4096), Optional.empty()));

    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NO_CAPACITY);
    assertThat(refusal.facts())
        .containsEntry("limit", "memoryBytes")
        .containsEntry("value", Long.toString(ByteSize.ofMib(4096).bytes()))
        .containsEntry("largest", Long.toString(ByteSize.ofMib(1024).bytes()));
    assertThat(refusal.hosts())
        .containsExactly(
            new Refusal.HostReason(host.text(), "memory: 4 GiB asked, 1 GiB free of 1 GiB"));
    assertThat(claimsOf(host)).isEmpty();
  }

  @Test
  void shouldNameAnImageThatNoHostHas() {
    fleet.attach("h1");
    GuestSpec spec = new GuestSpec("nothing", SPEC.resources(), Map.of());

    Refusal refusal =
        refusal(
            fleet.controlPlane.createVm(
                new NewVm(NORTH, "x", spec, Optional.empty()), Optional.empty()));

    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NOT_FOUND);
    assertThat(refusal.facts()).containsEntry("image", "nothing");
  }

  /** Or it would wait until nobody knows whether it was done. */
  @Test
  void shouldRefuseAtOnceToCreateAVmWhereNobodyManagesIt() {
    fleet.attach("h1");
    fleet.sight.gone("n1");

    Refusal refusal =
        refusal(
            fleet.controlPlane.createVm(
                new NewVm(NORTH, "x", SPEC, Optional.empty()), Optional.empty()));

    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.UNAVAILABLE);
    assertThat(refusal.detail()).startsWith("area north is managed by nobody");
  }

  @Test
  void shouldNeverPromiseMoreThanAHostHas() {
    HostId host = fleet.attach("h1");
    List<CompletionStage<VmView>> calls =
        IntStream.range(0, 12)
            .mapToObj(_ -> fleet.controlPlane.createVm(sized(100, 200), Optional.empty()))
            .toList();

    long placed = calls.stream().filter(c -> catchThrowable(() -> done(c)) == null).count();

    assertThat(placed).isEqualTo(5); // 5 × 200 MiB in 1 GiB
    assertThat(claimsOf(host)).hasSize(5);
  }

  @Test
  void shouldRefuseHostsThatAreCordonedOrGone() {
    ScriptedAgent agent = new ScriptedAgent(fleet.network, "h2");
    HostId cordoned = fleet.attach("h1");
    HostId gone = fleet.attach("h2", agent);
    done(fleet.controlPlane.cordon(cordoned, Terms.NONE));
    fleet.detach(gone, agent);
    await().until(() -> done(fleet.controlPlane.host(gone)).lastHeartbeat().isPresent());

    await()
        .untilAsserted(() ->
            assertThat(refusal(fleet.controlPlane.createVm(web(), Optional.empty())).hosts())
                .extracting(Refusal.HostReason::reason)
                .containsExactlyInAnyOrder("it is cordoned", "its agent is not connected"));
  }

  @Test
  void shouldStopStartRebootAndDeleteAVm() {
    ScriptedAgent agent = new ScriptedAgent(fleet.network, "h1");
    HostId host = fleet.attach("h1", agent);
    VmId vm = running();

    awaitDone(done(fleet.controlPlane.stopVm(vm, Duration.ofSeconds(1), Terms.NONE)));
    assertThat(agent.guests).isEmpty();
    await().until(() -> claimsOf(host).isEmpty());
    awaitDone(done(fleet.controlPlane.startVm(vm, Terms.NONE)));
    assertThat(done(fleet.controlPlane.vm(vm)).runEpoch()).isEqualTo(new Epoch(2));
    awaitDone(done(fleet.controlPlane.rebootVm(vm, Terms.NONE)));
    assertThat(done(fleet.controlPlane.vm(vm)).runEpoch()).isEqualTo(new Epoch(3));
    OperationView deletion = done(fleet.controlPlane.deleteVm(vm, Terms.NONE));
    awaitDone(deletion);

    assertThat(refusal(fleet.controlPlane.vm(vm)).kind()).isEqualTo(Refusal.Kind.NOT_FOUND);
    await().until(() -> claimsOf(host).isEmpty());
    assertThat(agent.guests).isEmpty();
  }

  @Test
  void shouldStartALostGuestAgainUnderAHigherEpoch() {
    ScriptedAgent agent = new ScriptedAgent(fleet.network, "h1");
    HostId host = fleet.attach("h1", agent);
    VmId vm = running();

    ScriptedAgent restarted = new ScriptedAgent(fleet.network, "h1");
    fleet.detach(host, agent);
    fleet.connect(host, restarted, restarted.hello());

    await()
        .untilAsserted(() -> {
          assertThat(done(fleet.controlPlane.vm(vm)).phase()).isEqualTo(Phase.RUNNING);
          assertThat(restarted.guest(vm).runEpoch()).isEqualTo(new Epoch(2));
        });
  }

  @Test
  void shouldShowAVmUnreachableWhileItsAgentIsAway() {
    ScriptedAgent agent = new ScriptedAgent(fleet.network, "h1");
    HostId host = fleet.attach("h1", agent);
    VmId vm = running();

    fleet.detach(host, agent);
    awaitPhase(vm, Phase.UNREACHABLE);
    fleet.connect(host, agent, agent.hello());

    awaitPhase(vm, Phase.RUNNING);
    assertThat(agent.guest(vm).runEpoch()).isEqualTo(new Epoch(1));
  }

  @Test
  void shouldGiveUpOnAGuestThatKeepsEnding() {
    ScriptedAgent agent = new ScriptedAgent(fleet.network, "h1");
    HostId host = fleet.attach("h1", agent);
    VmId vm = running();

    for (long epoch = 1; epoch <= 4; epoch++) {
      Epoch current = new Epoch(epoch);
      await()
          .until(() ->
              agent.guests.containsKey(vm)
                  && agent.guest(vm).runEpoch().equals(current)
                  && done(fleet.controlPlane.vm(vm)).phase() == Phase.RUNNING);
      agent.trap(vm);
    }

    awaitPhase(vm, Phase.FAILED);
    assertThat(done(fleet.controlPlane.vm(vm)).reason())
        .contains("trap: unreachable")
        .contains("restarted 3 times");
    await().until(() -> claimsOf(host).isEmpty());
  }

  @Test
  void shouldFreeAClaimThatItsOwnerDoesNotNeed() {
    HostId host = fleet.attach("h1");
    VmId nobody = new VmId(host.cell(), "01k0000000000000000000000z");
    fleet
        .<Host.Command, ClaimReply>ask(
            Host.TYPE_KEY,
            host.text(),
            r -> new Host.Command.Claim(nobody, SPEC.resources(), "pulse", r))
        .toCompletableFuture()
        .join();
    assertThat(claimsOf(host)).hasSize(1);

    ScriptedAgent agent = new ScriptedAgent(fleet.network, "h1");
    fleet.now.updateAndGet(t -> t.plusSeconds(60));
    fleet.connect(host, agent, agent.hello());

    await().until(() -> claimsOf(host).isEmpty());
  }

  @Test
  void shouldKeepTheFirstOfTwoAgentsWithOneName() {
    ScriptedAgent first = new ScriptedAgent(fleet.network, "h1");
    ScriptedAgent second = new ScriptedAgent(fleet.network, "h1");
    HostId host = fleet.attach("h1", first);
    await().until(() -> !first.said.isEmpty());

    fleet.connect(host, second, second.hello());

    await().until(() -> !second.said.isEmpty());
    assertThat(second.said.peek()).isInstanceOf(AgentSession.Refused.class);
    assertThat(first.said).noneMatch(s -> s instanceof AgentSession.Refused);
  }

  @Test
  void shouldTakeControlUnderAHigherEpochAfterItsNodeIsLost() {
    ScriptedAgent agent = new ScriptedAgent(fleet.network, "h1");
    HostId host = fleet.attach("h1", agent);
    VmId vm = running();
    Epoch before = done(fleet.controlPlane.host(host)).controlEpoch();

    fleet.kill(Host.TYPE_KEY, host.text());
    fleet.kill(Vm.TYPE_KEY, vm.text());
    fleet.kill(Scheduler.TYPE_KEY, NORTH.name());
    fleet.connect(host, agent, agent.hello());

    await()
        .untilAsserted(() ->
            assertThat(done(fleet.controlPlane.host(host)).controlEpoch())
                .isEqualTo(before.next()));
    awaitPhase(vm, Phase.RUNNING);
    assertThat(agent.guest(vm).runEpoch()).isEqualTo(new Epoch(1));
    assertThat(done(fleet.controlPlane.createVm(web(), Optional.empty())).host()).contains(host);
  }

  @Test
  void shouldReadTheConsoleFromTheHostThatRunsTheVm() {
    fleet.attach("h1");
    VmId vm = running();

    var console = done(fleet.controlPlane.console(vm, 0, 100));

    assertThat(new String(console.text(), StandardCharsets.UTF_8)).isEqualTo("hello");
  }

  @Test
  void shouldMigrateARunningVmAndLeaveNoClaimBehind() {
    ScriptedAgent source = new ScriptedAgent(fleet.network, "h1");
    ScriptedAgent target = new ScriptedAgent(fleet.network, "h2");
    HostId h1 = fleet.attach("h1", source);
    VmId vm = running();
    HostId h2 = fleet.attach("h2", target);

    MigrationView migration = done(fleet.controlPlane.migrate(vm, to(h2), KEYED));

    awaitMigration(migration, MigrationView.Phase.COMPLETED);
    VmView moved = done(fleet.controlPlane.vm(vm));
    assertThat(moved.host()).contains(h2);
    assertThat(moved.phase()).isEqualTo(Phase.RUNNING);
    assertThat(moved.runEpoch()).isEqualTo(new Epoch(2));
    assertThat(source.guests).isEmpty();
    assertThat(target.guests).containsOnlyKeys(vm);
    await().until(() -> claimsOf(h1).isEmpty());
    assertThat(claimsOf(h2)).containsExactly(new Claim(vm.text(), SPEC.resources()));
    assertThat(done(fleet.controlPlane.migrate(vm, to(h2), KEYED)).id()).isEqualTo(migration.id());
  }

  @Test
  void shouldStopAVmThatIsBeingMigratedAfterRollingBack() {
    ScriptedAgent source = new ScriptedAgent(fleet.network, "h1");
    ScriptedAgent target = new ScriptedAgent(fleet.network, "h2");
    HostId h1 = fleet.attach("h1", source);
    VmId vm = running();
    HostId h2 = fleet.attach("h2", target);
    source.swallow = o -> o instanceof AgentOrder.StartPreCopy;
    MigrationView migration = done(fleet.controlPlane.migrate(vm, to(h2), Terms.NONE));
    awaitMigration(migration, MigrationView.Phase.TARGET_PREPARED);

    awaitDone(done(fleet.controlPlane.stopVm(vm, Duration.ofSeconds(1), Terms.NONE)));

    awaitPhase(vm, Phase.STOPPED);
    assertThat(source.guests).isEmpty();
    assertThat(target.guests).isEmpty();
    await().until(() -> claimsOf(h1).isEmpty() && claimsOf(h2).isEmpty());
  }

  @Test
  void shouldRefuseMigrationsThatCannotBe() {
    ScriptedAgent source = new ScriptedAgent(fleet.network, "h1");
    HostId h1 = fleet.attach("h1", source);
    VmId vm = running();

    Refusal self = refusal(fleet.controlPlane.migrate(vm, to(h1), Terms.NONE));
    assertThat(self.kind()).isEqualTo(Refusal.Kind.NO_CAPACITY);
    assertThat(self.hosts()).containsExactly(new Refusal.HostReason(h1.text(), "it is the source"));
    HostId unknown = new HostId(h1.cell(), "nowhere");
    assertThat(refusal(fleet.controlPlane.migrate(vm, to(unknown), Terms.NONE)).hosts())
        .containsExactly(new Refusal.HostReason(unknown.text(), "no such host"));
    HostId h2 = fleet.attach("h2");
    source.swallow = o -> o instanceof AgentOrder.StartPreCopy;
    MigrationView first = done(fleet.controlPlane.migrate(vm, to(h2), Terms.NONE));
    await().until(() -> done(fleet.controlPlane.vm(vm)).phase() == Phase.MIGRATING);
    Refusal second = refusal(fleet.controlPlane.migrate(vm, to(h2), Terms.NONE));
    assertThat(second.kind()).isEqualTo(Refusal.Kind.MIGRATION_IN_PROGRESS);
    assertThat(second.facts()).containsEntry("migration", first.id().text());
  }

  @Test
  void shouldFinishAMigrationWhoseControllerDies() {
    ScriptedAgent source = new ScriptedAgent(fleet.network, "h1");
    ScriptedAgent target = new ScriptedAgent(fleet.network, "h2");
    fleet.attach("h1", source);
    VmId vm = running();
    HostId h2 = fleet.attach("h2", target);
    target.swallow = o -> o instanceof AgentOrder.RunGuest || o instanceof AgentOrder.VerifyGuest;
    MigrationView migration = done(fleet.controlPlane.migrate(vm, to(h2), Terms.NONE));
    awaitMigration(migration, MigrationView.Phase.VERIFYING);

    fleet.kill(Vm.TYPE_KEY, vm.text());
    fleet.kill(Migration.TYPE_KEY, migration.id().text());
    fleet.kill(Host.TYPE_KEY, h2.text());
    target.swallow = _ -> false;
    fleet.connect(h2, target, target.hello());

    awaitMigration(migration, MigrationView.Phase.COMPLETED);
    assertThat(source.guests).isEmpty();
    assertThat(target.guest(vm).runEpoch()).isEqualTo(new Epoch(2));
  }

  @Test
  void shouldSayWhatDoesNotExist() {
    HostId host = fleet.attach("h1");
    VmId vm = new VmId(host.cell(), "01k0000000000000000000000z");
    OperationId operation = new OperationId(host.cell(), "01k0000000000000000000000z");

    assertThat(refusal(fleet.controlPlane.vm(vm)).kind()).isEqualTo(Refusal.Kind.NOT_FOUND);
    assertThat(refusal(fleet.controlPlane.startVm(vm, Terms.NONE)).kind())
        .isEqualTo(Refusal.Kind.NOT_FOUND);
    assertThat(refusal(fleet.controlPlane.operation(operation)).kind())
        .isEqualTo(Refusal.Kind.NOT_FOUND);
    assertThat(refusal(fleet.controlPlane.host(new HostId(host.cell(), "h9"))).kind())
        .isEqualTo(Refusal.Kind.NOT_FOUND);
    NewVm elsewhere = new NewVm(new AreaId("south"), "x", SPEC, Optional.empty());
    assertThat(refusal(fleet.controlPlane.createVm(elsewhere, Optional.empty())).kind())
        .isEqualTo(Refusal.Kind.NOT_FOUND);
    assertThat(refusal(fleet.controlPlane.area(new AreaId("south"))).kind())
        .isEqualTo(Refusal.Kind.NOT_FOUND);
    assertThat(done(fleet.controlPlane.area(NORTH)).hosts()).containsExactly(host.text());
  }

  private VmId running() {
    VmId vm = done(fleet.controlPlane.createVm(web(), Optional.empty())).id();
    awaitPhase(vm, Phase.RUNNING);
    return vm;
  }

  private void awaitPhase(VmId vm, Phase phase) {
    await().until(() -> done(fleet.controlPlane.vm(vm)).phase() == phase);
  }

  private void awaitDone(OperationView operation) {
    await()
        .until(() ->
            done(fleet.controlPlane.operation(OperationId.parse(operation.id()))).status()
                == OperationView.Status.SUCCEEDED);
  }

  private void awaitMigration(MigrationView migration, MigrationView.Phase phase) {
    await()
        .untilAsserted(() ->
            assertThat(done(fleet.controlPlane.migration(migration.id())).phase())
                .isEqualTo(phase));
  }

  private List<Claim> claimsOf(HostId host) {
    return done(fleet.controlPlane.host(host)).claims();
  }

  private static MigrateRequest to(HostId host) {
    return new MigrateRequest(
        Optional.of(host), Optional.empty(), Optional.empty(), DataRate.UNLIMITED);
  }

  private static NewVm web() {
    return new NewVm(NORTH, "web", SPEC, Optional.empty());
  }

  private static NewVm sized(int cpuMillis, long mib) {
    return new NewVm(
        NORTH,
        "web",
        new GuestSpec("pulse", new Resources(cpuMillis, ByteSize.ofMib(mib)), Map.of()),
        Optional.empty());
  }

  private static <T> T done(CompletionStage<T> call) {
    return call.toCompletableFuture().join();
  }

  private static Refusal refusal(CompletionStage<?> call) {
    Throwable failure = catchThrowable(() -> call.toCompletableFuture().join());
    if (failure != null && failure.getCause() instanceof RefusedException refused) {
      return refused.refusal();
    }
    throw new AssertionError("not refused", failure);
  }
}
