package io.drover.actor.routing;

import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.SPEC;
import static io.drover.actor.Samples.moves;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.DrainView;
import io.drover.actor.api.HostView.Claim;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.VmView;
import io.drover.actor.drain.Drain;
import io.drover.actor.migration.Migration;
import io.drover.config.units.ByteSize;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Drains over the whole domain: real migrations between agents that do as they are told. */
class DrainTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final LocalFleet fleet = new LocalFleet();
  private final ScriptedAgent first = new ScriptedAgent(fleet.network, "h1");
  private final ScriptedAgent second = new ScriptedAgent(fleet.network, "h2");
  private final ScriptedAgent third = new ScriptedAgent(fleet.network, "h3");
  private final HostId h1 = fleet.attach("h1", first);

  @AfterEach
  void stop() {
    fleet.close();
  }

  @Test
  void shouldMoveEverythingOffAndSayThatNothingIsLeft() {
    List<VmId> vms = running(5);
    HostId h2 = fleet.attach("h2", second);

    OperationView operation = done(fleet.controlPlane.drain(h1, Terms.NONE));

    assertThat(operation.kind()).isEqualTo("drain");
    assertThat(operation.subject()).isEqualTo(h1.text());
    assertThat(operation.status()).isEqualTo(OperationView.Status.RUNNING);
    awaitPhase(DrainView.Phase.COMPLETED);
    assertThat(second.guests).containsOnlyKeys(vms);
    assertThat(first.guests).isEmpty();
    assertThat(claimsOf(h1)).isEmpty();
    assertThat(done(fleet.controlPlane.host(h1)).cordoned()).isTrue();
    assertThat(drain().vms())
        .hasSize(5)
        .allSatisfy(vm -> assertThat(vm.status()).isEqualTo(DrainView.Status.MOVED))
        .allSatisfy(vm -> assertThat(vm.target()).contains(h2));
    assertThat(done(fleet.controlPlane.operation(OperationId.parse(operation.id()))).status())
        .isEqualTo(OperationView.Status.SUCCEEDED);
  }

  /** Each event is followed by the end of the drain's entity; each VM is moved once. */
  @Test
  void shouldGoOnWhoeverDiesAfterWhateverWasDecided() {
    List<VmId> vms = running(3);
    HostId h2 = fleet.attach("h2", second);
    done(fleet.controlPlane.drain(h1, Terms.NONE));
    int[] seen = {0};

    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> {
          int events = fleet.events(Drain.TYPE_KEY, h1.text()).size();
          if (events > seen[0]) {
            seen[0] = events;
            fleet.kill(Drain.TYPE_KEY, h1.text());
          }
          pass(Duration.ofSeconds(1));
          return drain().phase() == DrainView.Phase.COMPLETED;
        });

    assertThat(second.guests).containsOnlyKeys(vms);
    assertThat(claimsOf(h2)).hasSize(3);
    assertThat(children()).hasSize(3);
  }

  @Test
  void shouldStayWithinTheBudgetOfMoves() {
    running(6);
    HostId h2 = fleet.attach("h2", second);
    second.swallow = o -> o instanceof AgentOrder.PrepareTarget;
    done(fleet.controlPlane.drain(h1, Terms.NONE));
    Set<Long> incoming = new HashSet<>();

    await()
        .atMost(PATIENCE)
        .until(() -> {
          pass(moves().checkInterval());
          incoming.add(incomingAt(h2));
          return incomingAt(h2) == moves().perHost() && drain().reason().contains("2 moving");
        });
    pass(moves().checkInterval());

    assertThat(incoming).allMatch(count -> count <= moves().perHost());
    assertThat(drain().vms())
        .filteredOn(vm -> vm.status() == DrainView.Status.WAITING)
        .hasSize(4)
        .allSatisfy(vm -> assertThat(vm.reason()).contains("limit per-host 2"));
  }

  @Test
  void shouldStopItsChildrenWhenItIsAborted() {
    List<VmId> vms = running(3);
    fleet.attach("h2", second);
    second.swallow = o -> o instanceof AgentOrder.PrepareTarget;
    OperationView operation = done(fleet.controlPlane.drain(h1, Terms.NONE));
    await().atMost(PATIENCE).until(() -> children().size() == 2);

    OperationView aborted = done(fleet.controlPlane.abortDrain(h1, Terms.NONE));
    second.swallow = _ -> false;

    assertThat(aborted.id()).isEqualTo(operation.id());
    awaitPhase(DrainView.Phase.ABORTED);
    assertThat(done(fleet.controlPlane.operation(OperationId.parse(operation.id()))).status())
        .isEqualTo(OperationView.Status.CANCELLED);
    assertThat(first.guests).containsOnlyKeys(vms);
    assertThat(done(fleet.controlPlane.host(h1)).cordoned()).isTrue();
    Set<MigrationId> children = children();
    pass(moves().retryMax());
    assertThat(done(fleet.controlPlane.abortDrain(h1, Terms.NONE)).id()).isEqualTo(operation.id());
    assertThat(children()).isEqualTo(children);
    children.forEach(
        child -> assertThat(done(fleet.controlPlane.migration(child)).phase().isOver()).isTrue());
  }

  @Test
  void shouldNeverChooseAHostThatIsDrainedToo() {
    List<VmId> vms = running(2);
    HostId h2 = fleet.attach("h2", second);
    fleet.attach("h3", third);
    done(fleet.controlPlane.drain(h2, Terms.NONE));
    await()
        .atMost(PATIENCE)
        .until(() -> done(fleet.controlPlane.drainOf(h2)).phase() == DrainView.Phase.COMPLETED);

    done(fleet.controlPlane.drain(h1, Terms.NONE));

    awaitPhase(DrainView.Phase.COMPLETED);
    assertThat(third.guests).containsOnlyKeys(vms);
    assertThat(second.guests).isEmpty();
  }

  @Test
  void shouldSayWhyAVmWaitsAndMoveItOnceThereIsATarget() {
    VmId vm = running(1).getFirst();
    done(fleet.controlPlane.drain(h1, Terms.NONE));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(drain().vms().getFirst().reason()).contains("no host of area north"));

    fleet.attach("h2", second);

    awaitPhase(DrainView.Phase.COMPLETED);
    assertThat(second.guests).containsOnlyKeys(vm);
  }

  @Test
  void shouldAnswerTheSameDrainToWhoeverAsksAgain() {
    running(1);
    OperationView operation = done(fleet.controlPlane.drain(h1, keyed("k")));

    assertThat(done(fleet.controlPlane.drain(h1, keyed("k")))).isEqualTo(operation);
    assertThat(done(fleet.controlPlane.drain(h1, Terms.NONE)).id()).isEqualTo(operation.id());

    done(fleet.controlPlane.uncordon(h1, Terms.NONE));
    awaitPhase(DrainView.Phase.ABORTED);
    OperationView next = done(fleet.controlPlane.drain(h1, keyed("k2")));
    assertThat(next.id()).isNotEqualTo(operation.id());
    assertThat(done(fleet.controlPlane.operation(OperationId.parse(operation.id()))).status())
        .as("an earlier one")
        .isEqualTo(OperationView.Status.CANCELLED);
  }

  @Test
  void shouldRefuseToDrainWhatCannotBeDrained() {
    running(2);
    Refusal stale =
        refusal(fleet.controlPlane.drain(h1, new Terms(Optional.empty(), OptionalLong.of(1))));
    assertThat(stale.kind()).isEqualTo(Refusal.Kind.VERSION_MISMATCH);
    assertThat(refusal(fleet.controlPlane.drainOf(h1)).kind()).isEqualTo(Refusal.Kind.NOT_FOUND);
    assertThat(refusal(fleet.controlPlane.abortDrain(h1, Terms.NONE)).kind())
        .isEqualTo(Refusal.Kind.NOT_FOUND);
    HostId unknown = new HostId(h1.cell(), "h9");
    assertThat(refusal(fleet.controlPlane.drain(unknown, Terms.NONE)).kind())
        .isEqualTo(Refusal.Kind.NOT_FOUND);

    fleet.detach(h1, first);

    await()
        .untilAsserted(() -> {
          Refusal away = refusal(fleet.controlPlane.drain(h1, Terms.NONE));
          assertThat(away.kind()).isEqualTo(Refusal.Kind.CONFLICT);
          assertThat(away.facts()).containsEntry("claims", "2");
        });
  }

  /** Time goes on while it is waited for: what is tried later is tried then. */
  private void awaitPhase(DrainView.Phase phase) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          pass(Duration.ofSeconds(1));
          assertThat(drain().phase()).isEqualTo(phase);
        });
  }

  /** Agents say that they live. */
  private void pass(Duration time) {
    fleet.now.updateAndGet(now -> now.plus(time));
    Stream.of(first, second, third)
        .forEach(agent ->
            agent.say(new AgentReport.Heartbeat(1, 0.1, ByteSize.ZERO, 0, 1, Optional.empty())));
  }

  private DrainView drain() {
    return done(fleet.controlPlane.drainOf(h1));
  }

  /** The migrations that the drain has started. */
  private Set<MigrationId> children() {
    Set<MigrationId> children = new HashSet<>();
    fleet.events(Drain.TYPE_KEY, h1.text()).stream()
        .filter(Drain.Event.MoveStarted.class::isInstance)
        .forEach(event -> children.add(((Drain.Event.MoveStarted) event).migration()));
    children.forEach(child ->
        assertThat(fleet.events(Migration.TYPE_KEY, child.text()))
            .filteredOn(Migration.Event.Requested.class::isInstance)
            .hasSizeLessThanOrEqualTo(1));
    return children;
  }

  private long incomingAt(HostId host) {
    return claimsOf(host).stream()
        .filter(claim -> claim.owner().startsWith(MigrationId.PREFIX))
        .count();
  }

  private List<Claim> claimsOf(HostId host) {
    return done(fleet.controlPlane.host(host)).claims();
  }

  private List<VmId> running(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> {
          NewVm web = new NewVm(NORTH, "web" + i, SPEC, Optional.empty());
          VmId vm = done(fleet.controlPlane.createVm(web, Optional.empty())).id();
          await().until(() -> done(fleet.controlPlane.vm(vm)).phase() == VmView.Phase.RUNNING);
          return vm;
        })
        .toList();
  }

  private static Terms keyed(String key) {
    return new Terms(Optional.of(key), OptionalLong.empty());
  }

  private static <T> T done(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private static Refusal refusal(CompletionStage<?> stage) {
    return Calls.refusal(catchThrowable(() -> done(stage))).orElseThrow();
  }
}
