package io.drover.actor.routing;

import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.SPEC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.HostView;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.RefusedException;
import io.drover.actor.api.VmView;
import io.drover.actor.migration.Migration;
import io.drover.actor.operation.KeyedRequest;
import io.drover.actor.vm.Vm;
import io.drover.config.units.DataRate;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes under an Idempotency-Key, and changes of what the caller has read. */
class TermsTest {
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final LocalFleet fleet = new LocalFleet();
  private final ScriptedAgent agent = new ScriptedAgent(fleet.network, "h1");
  private HostId host;
  private VmId vm;

  @BeforeEach
  void start() {
    host = fleet.attach("h1", agent);
    vm =
        done(fleet.controlPlane.createVm(
                new NewVm(NORTH, "web", SPEC, Optional.empty()), Optional.empty()))
            .id();
    await().until(() -> phase() == VmView.Phase.RUNNING);
  }

  @AfterEach
  void stop() {
    fleet.close();
  }

  @Test
  void shouldAnswerARepeatedStopAsTheFirstAlthoughTheVmWasStartedSince() {
    OperationView first = done(fleet.controlPlane.stopVm(vm, GRACE, key("k")));
    await().until(() -> phase() == VmView.Phase.STOPPED);
    done(fleet.controlPlane.startVm(vm, Terms.NONE));
    await().until(() -> phase() == VmView.Phase.RUNNING);

    OperationView again = done(fleet.controlPlane.stopVm(vm, GRACE, key("k")));

    assertThat(again).isEqualTo(first);
    assertThat(phase()).isEqualTo(VmView.Phase.RUNNING);
  }

  @Test
  void shouldRefuseAKeyThatCameWithAnotherRequest() {
    done(fleet.controlPlane.stopVm(vm, GRACE, key("k")));

    assertThat(refusal(fleet.controlPlane.stopVm(vm, GRACE.plusSeconds(1), key("k"))).kind())
        .isEqualTo(Refusal.Kind.IDEMPOTENCY_MISMATCH);
    assertThat(refusal(fleet.controlPlane.deleteVm(vm, key("k"))).kind())
        .isEqualTo(Refusal.Kind.IDEMPOTENCY_MISMATCH);
  }

  @Test
  void shouldAnswerARepeatedDeleteAlthoughTheVmIsGone() {
    OperationView first = done(fleet.controlPlane.deleteVm(vm, key("k")));
    await().until(() -> catchThrowable(this::phase) != null);

    assertThat(done(fleet.controlPlane.deleteVm(vm, key("k")))).isEqualTo(first);
  }

  @Test
  void shouldNotActTwiceWhenTheRecordOfTheFirstAnswerWasLost() {
    OperationId id = OnceCalls.operation(vm.cell(), vm, "k");
    String digest = RequestDigest.of("STOP", vm.text(), GRACE.toString());
    fleet
        .<KeyedRequest.Command, KeyedRequest.Reply>ask(
            KeyedRequest.TYPE_KEY, id.text(), r -> new KeyedRequest.Command.Begin(digest, r))
        .toCompletableFuture()
        .join();
    fleet
        .<Vm.Command, Vm.Reply>ask(Vm.TYPE_KEY, vm.text(), r -> new Vm.Request.Stop(id, GRACE, r))
        .toCompletableFuture()
        .join(); // and here its node dies
    await().until(() -> phase() == VmView.Phase.STOPPED);
    fleet.kill(KeyedRequest.TYPE_KEY, id.text());
    fleet.kill(Vm.TYPE_KEY, vm.text());

    OperationView again = done(fleet.controlPlane.stopVm(vm, GRACE, key("k")));

    assertThat(again.id()).isEqualTo(id.text());
    assertThat(fleet.events(Vm.TYPE_KEY, vm.text()))
        .filteredOn(Vm.Event.OperationAccepted.class::isInstance)
        .hasSize(1);
  }

  @Test
  void shouldStartOnceForOneKey() {
    done(fleet.controlPlane.stopVm(vm, GRACE, Terms.NONE));
    await().until(() -> phase() == VmView.Phase.STOPPED);

    var starts =
        IntStream.range(0, 4)
            .mapToObj(_ -> fleet.controlPlane.startVm(vm, key("k")).toCompletableFuture())
            .toList();

    assertThat(starts.stream().map(CompletableFuture::join).map(OperationView::id).distinct())
        .hasSize(1);
    await().until(() -> phase() == VmView.Phase.RUNNING);
    assertThat(done(fleet.controlPlane.vm(vm)).runEpoch().value()).isEqualTo(2);
  }

  @Test
  void shouldCordonOnceForOneKey() {
    HostView first = done(fleet.controlPlane.cordon(host, key("k")));
    done(fleet.controlPlane.uncordon(host, Terms.NONE));

    HostView again = done(fleet.controlPlane.cordon(host, key("k")));

    assertThat(first.cordoned()).isTrue();
    assertThat(again).isEqualTo(first);
    assertThat(done(fleet.controlPlane.host(host)).cordoned()).isFalse();
    assertThat(refusal(fleet.controlPlane.uncordon(host, key("k"))).kind())
        .isEqualTo(Refusal.Kind.IDEMPOTENCY_MISMATCH);
  }

  @Test
  void shouldAnswerARepeatedCancelAsTheFirst() {
    HostId target = fleet.attach("h2");
    agent.swallow = o -> o instanceof AgentOrder.StartPreCopy;
    MigrationId migration = done(fleet.controlPlane.migrate(vm, to(target), Terms.NONE)).id();
    await().until(() -> phase() == VmView.Phase.MIGRATING);

    MigrationView first = done(fleet.controlPlane.cancelMigration(migration, key("k")));
    await().until(() -> done(fleet.controlPlane.migration(migration)).phase().isOver());

    assertThat(done(fleet.controlPlane.cancelMigration(migration, key("k")))).isEqualTo(first);
  }

  @Test
  void shouldChangeOnlyTheVersionThatWasRead() {
    long version = done(fleet.controlPlane.vm(vm)).version();

    Refusal stale = refusal(fleet.controlPlane.stopVm(vm, GRACE, version(version - 1)));

    assertThat(stale.kind()).isEqualTo(Refusal.Kind.VERSION_MISMATCH);
    assertThat(stale.facts())
        .containsEntry("version", Long.toString(version))
        .containsEntry("expected", Long.toString(version - 1));
    assertThat(phase()).isEqualTo(VmView.Phase.RUNNING);
    done(fleet.controlPlane.stopVm(vm, GRACE, version(version)));
  }

  @Test
  void shouldLetOneOfManyChangesOfTheSameVersionThrough() {
    long version = done(fleet.controlPlane.host(host)).version();

    long done =
        IntStream.range(0, 8)
            .mapToObj(_ -> fleet.controlPlane.cordon(host, version(version)).toCompletableFuture())
            .toList()
            .stream()
            .filter(call -> catchThrowable(call::join) == null)
            .count();

    assertThat(done).isEqualTo(1);
  }

  @Test
  void shouldAnswerARetryAlthoughTheVersionIsAnotherByNow() {
    long version = done(fleet.controlPlane.vm(vm)).version();
    Terms terms = new Terms(Optional.of("k"), OptionalLong.of(version));
    OperationView first = done(fleet.controlPlane.rebootVm(vm, terms));
    await().until(() -> done(fleet.controlPlane.vm(vm)).version() > version);

    assertThat(done(fleet.controlPlane.rebootVm(vm, terms))).isEqualTo(first);
  }

  @Test
  void shouldNotMigrateAVmThatChangedAfterItWasRead() {
    HostId target = fleet.attach("h2");
    long version = done(fleet.controlPlane.vm(vm)).version();

    assertThat(refusal(fleet.controlPlane.migrate(vm, to(target), version(version - 1))).kind())
        .isEqualTo(Refusal.Kind.VERSION_MISMATCH);

    // It changes between the look ahead and the migration's first word to it.
    MigrationId migration = new MigrationId(vm.cell(), "01k0000000000000000000000y");
    Migration.Reply begun =
        fleet
            .<Migration.Command, Migration.Reply>ask(
                Migration.TYPE_KEY,
                migration.text(),
                r ->
                    new Migration.Request.Start(
                        vm, host, to(target), Optional.of(version - 1), "digest", r))
            .toCompletableFuture()
            .join();
    assertThat(begun).isInstanceOf(Migration.Reply.Shown.class);
    await().until(() -> done(fleet.controlPlane.migration(migration)).phase().isOver());

    MigrationView ended = done(fleet.controlPlane.migration(migration));
    assertThat(ended.phase()).isEqualTo(MigrationView.Phase.ROLLED_BACK);
    assertThat(ended.history())
        .anySatisfy(entry ->
            assertThat(entry.reason())
                .contains("has version %d, not %d".formatted(version, version - 1)));
    assertThat(phase()).isEqualTo(VmView.Phase.RUNNING);
  }

  private VmView.Phase phase() {
    return done(fleet.controlPlane.vm(vm)).phase();
  }

  private static Terms key(String key) {
    return new Terms(Optional.of(key), OptionalLong.empty());
  }

  private static Terms version(long version) {
    return new Terms(Optional.empty(), OptionalLong.of(version));
  }

  private static MigrateRequest to(HostId target) {
    return new MigrateRequest(
        Optional.of(target), Optional.empty(), Optional.empty(), DataRate.UNLIMITED);
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
