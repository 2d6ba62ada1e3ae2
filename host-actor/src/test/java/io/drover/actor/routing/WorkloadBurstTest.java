package io.drover.actor.routing;

import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.workloadBurst;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.BurstPolicy;
import io.drover.actor.api.ControlPlane.AreaChange;
import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.VmView;
import io.drover.actor.api.VmView.Phase;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.vm.Vm;
import io.drover.config.units.AreaId;
import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** VMs whose home has no room: where they go, and how they come home. */
class WorkloadBurstTest {
  private static final AreaId SOUTH = new AreaId("south");
  private static final AreaId WEST = new AreaId("west");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Below the time after which a session without a heartbeat is over. */
  private static final Duration STEP = Duration.ofSeconds(2);

  /** Two of them fill a host. */
  private static final GuestSpec HALF =
      new GuestSpec("pulse", new Resources(2000, ByteSize.ofMib(512)), Map.of());

  /** Leaves a host of another area what that keeps for itself. */
  private static final GuestSpec SMALL =
      new GuestSpec("pulse", new Resources(500, ByteSize.ofMib(64)), Map.of());

  private final LocalFleet fleet = new LocalFleet();
  private final ScriptedAgent first = new ScriptedAgent(fleet.network, "n1");
  private final ScriptedAgent second = new ScriptedAgent(fleet.network, "s1");
  private final HostId north = northWithBackups(first);
  private final HostId south = fleet.attach(SOUTH, "s1", second);

  private HostId northWithBackups(ScriptedAgent agent) {
    fleet.sight.node("s", SOUTH, 0).node("w", WEST, 0);
    fleet.define(SOUTH);
    fleet.define(WEST);
    done(
        fleet.controlPlane.changeArea(
            NORTH,
            new AreaChange(
                Optional.of(List.of(SOUTH, WEST)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            Terms.NONE));
    return fleet.attach("n1", agent);
  }

  @AfterEach
  void stop() {
    fleet.close();
  }

  @Test
  void shouldPlaceAVmInTheNextAreaWhenItsHomeIsFull() {
    fillNorth();

    VmId vm = burst(SMALL);

    await().until(() -> vm(vm).phase() == Phase.RUNNING);
    assertThat(vm.area()).isEqualTo(NORTH);
    assertThat(vm(vm).host()).contains(south);
    assertThat(vm(vm).burst()).isEqualTo(BurstPolicy.ALLOW);
    VmView.Away away = vm(vm).away().orElseThrow();
    assertThat(away.home()).isEqualTo(NORTH);
    assertThat(away.area()).isEqualTo(SOUTH);
    assertThat(claimsOf(south)).containsExactly(vm.text());
  }

  @Test
  void shouldStayAtHomeWhileThereIsRoom() {
    VmId vm = burst(SMALL);

    assertThat(vm(vm).host()).contains(north);
    assertThat(vm(vm).away()).isEmpty();
  }

  @Test
  void shouldNotLeaveHomeUnlessItsPolicyAllowsIt() {
    fillNorth();

    Refusal refusal = refusal(create(SMALL, BurstPolicy.NEVER));

    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NO_CAPACITY);
    assertThat(refusal.detail()).doesNotContain("south");
  }

  @Test
  void shouldSayOfEachAreaWhyItDoesNotFit() {
    fillNorth();
    done(fleet.controlPlane.cordon(south, Terms.NONE));

    Refusal refusal = refusal(create(SMALL, BurstPolicy.ALLOW));

    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NO_CAPACITY);
    assertThat(refusal.detail())
        .contains("home area north full: no host of area north")
        .contains("; area south: area south keeps 10 % of its hosts free")
        .contains("; area west: area west keeps 10 %");
    assertThat(refusal.hosts()).extracting(Refusal.HostReason::host).contains(north.text());
  }

  @Test
  void shouldLeaveAnotherAreaWhatItKeepsForItsOwnVms() {
    fillNorth();
    burst(HALF);

    Refusal refusal = refusal(create(HALF, BurstPolicy.ALLOW));

    assertThat(refusal.detail()).contains("would have 0 % left");
    assertThat(claimsOf(south)).hasSize(1);
    done(fleet.controlPlane.createVm(newVm(SOUTH, HALF), Optional.empty()));
    assertThat(claimsOf(south)).hasSize(2);
  }

  @Test
  void shouldGoToTheAreaAfterTheNextOne() {
    fillNorth();
    HostId west = fleet.attach(WEST, "w1", new ScriptedAgent(fleet.network, "w1"));
    fleet.sight.gone("s");

    VmId vm = burst(SMALL);

    assertThat(vm(vm).host()).contains(west);
  }

  @Test
  void shouldComeHomeOnceThereIsRoomForLongEnough() {
    List<VmId> own = fillNorth();
    VmId vm = burst(SMALL);
    await().until(() -> vm(vm).phase() == Phase.RUNNING);
    await().until(() -> waits(vm).contains("it stays where it is until"));
    pass(workloadBurst().stay());
    await().until(() -> waits(vm).contains("0 % of its hosts free with it, 20 % are wanted"));

    delete(own.getFirst());
    await().until(() -> waits(vm).contains("has had room since"));
    assertThat(vm(vm).host()).contains(south);

    isHome(vm);
    assertThat(second.guests).isEmpty();
    assertThat(claimsOf(south)).isEmpty();
    assertThat(claimsOf(north)).containsExactlyInAnyOrder(own.getLast().text(), vm.text());
  }

  @Test
  void shouldComeHomeThoughWhoeverKnewOfItHasDied() {
    List<VmId> own = fillNorth();
    VmId vm = burst(SMALL);
    await().until(() -> vm(vm).phase() == Phase.RUNNING);
    delete(own.getFirst());
    pass(workloadBurst().stay());
    await().until(() -> waits(vm).contains("has had room since"));

    fleet.kill(Scheduler.TYPE_KEY, NORTH.name());
    fleet.kill(Vm.TYPE_KEY, vm.text());
    assertThat(vm(vm).away()).isPresent(); // asks, and so begins to live again

    isHome(vm);
  }

  @Test
  void shouldBeLeftAloneAfterAMoveHomeThatFailed() {
    List<VmId> own = fillNorth();
    VmId vm = burst(SMALL);
    first.swallow = o -> o instanceof AgentOrder.PrepareTarget;
    await().until(() -> vm(vm).phase() == Phase.RUNNING);
    delete(own.getFirst());
    pass(workloadBurst().stay());
    eventually(() -> vm(vm).migration().isPresent());
    first.swallow = _ -> false;
    Optional<MigrationId> failed = vm(vm).migration();
    done(fleet.controlPlane.cancelMigration(failed.orElseThrow(), Terms.NONE));
    await().atMost(PATIENCE).until(() -> vm(vm).phase() == Phase.RUNNING);

    await().until(() -> waits(vm).contains("it stays where it is until"));
    assertThat(vm(vm).host()).contains(south);
    assertThat(vm(vm).migration()).isEqualTo(failed);

    pass(workloadBurst().stay());
    isHome(vm);
  }

  @Test
  void shouldBringHomeAFewAtATime() {
    List<VmId> own = fillNorth();
    List<VmId> away = Stream.generate(() -> burst(SMALL)).limit(3).toList();
    away.forEach(vm -> await().until(() -> vm(vm).phase() == Phase.RUNNING));
    first.swallow = o -> o instanceof AgentOrder.PrepareTarget;
    own.forEach(this::delete);
    pass(workloadBurst().stay());

    eventually(() -> away.stream().anyMatch(vm -> waits(vm).contains("limit return-limit 2")));

    assertThat(away).filteredOn(vm -> vm(vm).phase() == Phase.MIGRATING).hasSizeLessThan(3);
    first.swallow = _ -> false;
    eventually(() -> away.stream().allMatch(vm -> vm(vm).host().equals(Optional.of(north))));
  }

  @Test
  void shouldRestartInTheNextAreaWhenAHostIsLostAndItsHomeIsFull() {
    VmId vm = burst(SMALL);
    await().until(() -> vm(vm).phase() == Phase.RUNNING);
    fleet.detach(north, first);

    done(fleet.controlPlane.confirmOff(north, "I pulled the plug", Terms.NONE));

    await().until(() -> vm(vm).host().equals(Optional.of(south)));
    assertThat(vm(vm).away().orElseThrow().home()).isEqualTo(NORTH);
    assertThat(vm(vm).runEpoch().value()).isEqualTo(2);
  }

  @Test
  void shouldStartAtHomeAgainAfterAStopElsewhere() {
    List<VmId> own = fillNorth();
    VmId vm = burst(SMALL);
    await().until(() -> vm(vm).phase() == Phase.RUNNING);
    done(fleet.controlPlane.stopVm(vm, Duration.ZERO, Terms.NONE));
    await().until(() -> vm(vm).phase() == Phase.STOPPED);
    assertThat(vm(vm).away()).isEmpty();
    delete(own.getFirst());

    done(fleet.controlPlane.startVm(vm, Terms.NONE));

    isHome(vm);
  }

  @Test
  void shouldNotCallAVmAwayThatSomebodyMoved() {
    VmId vm = burst(SMALL);
    await().until(() -> vm(vm).phase() == Phase.RUNNING);

    done(
        fleet.controlPlane.migrate(
            vm,
            new MigrateRequest(
                Optional.of(south), Optional.empty(), Optional.empty(), DataRate.UNLIMITED),
            Terms.NONE));

    await()
        .atMost(PATIENCE)
        .until(() -> vm(vm).phase() == Phase.RUNNING && vm(vm).host().get().equals(south));
    assertThat(vm(vm).away()).isEmpty();
  }

  /** Before long. */
  private void isHome(VmId vm) {
    eventually(() -> vm(vm).phase() == Phase.RUNNING && vm(vm).host().equals(Optional.of(north)));
    assertThat(vm(vm).away()).isEmpty();
    await().until(() -> !claimsOf(south).contains(vm.text()));
  }

  /** While time goes on. */
  private void eventually(Callable<Boolean> condition) {
    await()
        .atMost(PATIENCE)
        .until(() -> {
          pass(STEP);
          return condition.call();
        });
  }

  /** Everybody who is there says so, and is heard before more time passes. */
  private void pass(Duration time) {
    for (Duration left = time; left.isPositive(); left = left.minus(STEP)) {
      fleet.now.updateAndGet(t -> t.plus(STEP));
      first.say(first.beat());
      second.say(second.beat());
      claimsOf(north);
      claimsOf(south);
    }
  }

  private List<VmId> fillNorth() {
    return Stream.generate(
            () -> done(fleet.controlPlane.createVm(newVm(NORTH, HALF), Optional.empty())).id())
        .limit(2)
        .toList();
  }

  private void delete(VmId vm) {
    await().until(() -> vm(vm).phase() == Phase.RUNNING);
    done(fleet.controlPlane.deleteVm(vm, Terms.NONE));
    await().until(() -> !claimsOf(north).contains(vm.text()));
  }

  private static NewVm newVm(AreaId area, GuestSpec spec) {
    return new NewVm(area, "own", spec, Optional.empty());
  }

  private VmId burst(GuestSpec spec) {
    return done(create(spec, BurstPolicy.ALLOW)).id();
  }

  private CompletionStage<VmView> create(GuestSpec spec, BurstPolicy policy) {
    return fleet.controlPlane.createVm(
        new NewVm(NORTH, "web", spec, Optional.empty(), policy), Optional.empty());
  }

  private String waits(VmId vm) {
    return vm(vm).away().map(VmView.Away::waits).orElse("");
  }

  private VmView vm(VmId vm) {
    return done(fleet.controlPlane.vm(vm));
  }

  private List<String> claimsOf(HostId host) {
    return done(fleet.controlPlane.host(host)).claims().stream().map(c -> c.owner()).toList();
  }

  private static Refusal refusal(CompletionStage<?> call) {
    return Calls.refusal(catchThrowable(() -> done(call))).orElseThrow();
  }

  private static <T> T done(CompletionStage<T> call) {
    return call.toCompletableFuture().join();
  }
}
